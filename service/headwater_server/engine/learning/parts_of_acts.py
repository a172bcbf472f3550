"""How much of an act others learn from, by who sent it; by the visitor: `learning.repeated`.

The visitor's own lists always follow the whole act.
"""

from __future__ import annotations

import math
from typing import Protocol

from headwater_server.engine.intake.influence import Influence
from headwater_server.engine.intake.repeats import LEAST
from headwater_server.engine.learning.acts import OWN_ONLY
from headwater_server.engine.learning.repeated import part_after
from headwater_server.engine.messages.events import Event
from headwater_server.engine.visitors.visitors import Visitors

_OF_SOURCE_MAX = (1.0 / LEAST - 1.0) / 2.0
"""Acts of a source on an item that teach; what teaches nothing is not counted, so others fade."""
_ACT, _PURCHASE, _REFUSAL = "a", "p", "r"


class Known(Protocol):
    """What of an engine's parts says who acted before."""

    influence: Influence
    visitors: Visitors
    clock_ms: int


def weight_for_others(parts: Known, event: Event, item_id: str, weight: float) -> float:
    """Return how much of an act of this ``weight`` others may learn from; and count it.

    Of a page that no list of a backend proves, it falls with what its source did: it names any
    visitors. Its parts are 1, 1/3, 1/5, …, not squares, as many honest people may share a source:
    what they choose most stays ahead. An act of a visitor who is linked to an account, but does not
    name it, counts by what all visitors of the account did.
    """
    if weight <= 0.0:
        return weight
    part = 1.0
    if not event.user_id and (account := parts.visitors.account_of(event.visitor_id)):
        earlier = parts.influence.repeats.count(f"{_ACT}u{account}", item_id, parts.clock_ms)
        part = part_after(earlier)
    return max(weight * part * _part_of_source(parts, _ACT, event, item_id), OWN_ONLY)


def part_of_purchase(parts: Known, event: Event, item_id: str) -> float:
    """Return the part of a purchase that says what others will buy, 0 to 1; and count it."""
    return _part(parts, _PURCHASE, event, item_id)


def part_of_refusal(parts: Known, event: Event, item_id: str) -> float:
    """Return the part of a refusal that others learn from, 0 to 1; and count it."""
    return _part(parts, _REFUSAL, event, item_id)


def pieces_of(quantity: float) -> float:
    """Return what many pieces count as: one buyer of a thousand is not a thousand buyers.

    >>> [round(pieces_of(quantity), 1) for quantity in (0.5, 1.0, 2.0, 10.0, 1000.0)]
    [0.5, 1.0, 1.7, 3.3, 7.9]
    """
    return quantity if quantity <= 1.0 else 1.0 + math.log(quantity)


def _part(parts: Known, kind: str, event: Event, item_id: str) -> float:
    profiles = parts.visitors.profiles_of(event.visitor_id, event.user_id)
    sender = profiles[1] or profiles[0]
    earlier = parts.influence.repeats.count(kind + sender, item_id, parts.clock_ms)
    part: float = part_after(earlier) * _part_of_source(parts, kind, event, item_id)
    return part


def _part_of_source(parts: Known, kind: str, event: Event, item_id: str) -> float:
    if not event.source or event.is_proven:
        return 1.0
    sender, now_ms = f"{kind}s{event.source}", parts.clock_ms
    earlier = parts.influence.repeats.count(sender, item_id, now_ms, most=_OF_SOURCE_MAX)
    return 0.0 if earlier >= _OF_SOURCE_MAX else 1.0 / (1.0 + 2.0 * earlier)
