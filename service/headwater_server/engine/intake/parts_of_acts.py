"""How much of an act others learn from, by who sent it; by the visitor: `learning.repeated`.

The visitor's own lists always follow the whole act.
"""

from __future__ import annotations

import math

from headwater_server.engine.learning.acts import OWN_ONLY
from headwater_server.engine.learning.repeated import LEAST
from headwater_server.engine.messages.events import Event
from headwater_server.engine.parts import Parts

_ACT, _PURCHASE, _REFUSAL = "a", "p", "r"


def weight_for_others(parts: Parts, event: Event, item_id: str, weight: float) -> float:
    """Return how much of an act of this ``weight`` others may learn from; and count it.

    Of a page that no list of a backend proves, it falls with what its source did: it names any
    visitors. Its parts are 1, 1/2, 1/3, …, not squares, as many honest people may share a source:
    what they choose most stays ahead. An act of a visitor who is linked to an account, but does not
    name it, counts by what all visitors of the account did.
    """
    if weight <= 0.0:
        return weight
    part = 1.0
    if not event.user_id and (account := parts.visitors.account_of(event.visitor_id)):
        earlier = parts.influence.repeats.count(f"{_ACT}u{account}", item_id, parts.clock_ms)
        part = _squared(earlier)
    return max(weight * part * _part_of_source(parts, _ACT, event, item_id), OWN_ONLY)


def part_of_purchase(parts: Parts, event: Event, item_id: str) -> float:
    """Return the part of a purchase that says what others will buy, 0 to 1; and count it."""
    return _part(parts, _PURCHASE, event, item_id)


def part_of_refusal(parts: Parts, event: Event, item_id: str) -> float:
    """Return the part of a refusal that others learn from, 0 to 1; and count it."""
    return _part(parts, _REFUSAL, event, item_id)


def pieces_of(quantity: float) -> float:
    """Return what many pieces count as: one buyer of a thousand is not a thousand buyers.

    >>> [round(pieces_of(quantity), 1) for quantity in (0.5, 1, 2, 10, 1000)]
    [0.5, 1.0, 1.7, 3.3, 7.9]
    """
    return quantity if quantity <= 1.0 else 1.0 + math.log(quantity)


def _part(parts: Parts, kind: str, event: Event, item_id: str) -> float:
    profiles = parts.visitors.profiles_of(event.visitor_id, event.user_id)
    sender = profiles[1] or profiles[0]
    earlier = parts.influence.repeats.count(kind + sender, item_id, parts.clock_ms)
    return _squared(earlier) * _part_of_source(parts, kind, event, item_id)


def _part_of_source(parts: Parts, kind: str, event: Event, item_id: str) -> float:
    if not event.source or event.is_proven:
        return 1.0
    sender = f"{kind}s{event.source}"
    return 1.0 / (1.0 + parts.influence.repeats.count(sender, item_id, parts.clock_ms))


def _squared(earlier: float) -> float:
    part = 1.0 / (1.0 + earlier) ** 2
    return part if part >= LEAST else 0.0
