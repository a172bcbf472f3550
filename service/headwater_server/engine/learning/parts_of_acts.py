"""How much of an act others learn from, by who sent it; by the visitor: `learning.repeated`.

The visitor's own lists always follow the whole act.
"""

from __future__ import annotations

import math
from typing import Protocol

from headwater_server.engine.intake.influence import Influence
from headwater_server.engine.intake.repeats import LEAST, Repeats, of_profile
from headwater_server.engine.learning.acts import OWN_ONLY
from headwater_server.engine.learning.repeated import part_after
from headwater_server.engine.messages.events import Event
from headwater_server.engine.visitors.visitors import Visitors

_OF_SOURCE_MAX = (1.0 / LEAST - 1.0) / 2.0
"""Acts of a source on an item that teach; what teaches nothing is not counted, so others fade."""
_VISITORS = 5.0
"""So many other recent visitors of a source halve the weight of its acts on any item."""
_NAMED_MAX = 100.0
"""With so many visitors of a source their names are no longer kept: each act is another one's."""
_RECENT_MIN = 0.5
"""A visitor with less left of earlier acts is counted as one more visitor of the source."""
_ALL = ""
_ACT, _PURCHASE, _REFUSAL = "a", "p", "r"


class Known(Protocol):
    """What of an engine's parts says who acted before."""

    influence: Influence
    visitors: Visitors
    clock_ms: int


def weight_for_others(parts: Known, event: Event, item_id: str, weight: float) -> float:
    """Return how much of an act of this ``weight`` others may learn from; and count it.

    Of a page that no list of a backend proves, it falls with what its source did: it names any
    visitors. Its parts are 1, 1/3, 1/5, … on the same item, not squares, as many honest people may
    share a source: what they choose most stays ahead; and on any item 5 / (5 + m) beside m other
    visitors, who can choose as many items. An act of a visitor who is linked to an account, but
    does not name it, counts by what all visitors of the account did.
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
    if earlier >= _OF_SOURCE_MAX:
        return 0.0
    others = _other_visitors(parts.influence.repeats, sender, "v" + event.visitor_id, now_ms)
    return 1.0 / (1.0 + 2.0 * earlier) / (1.0 + others / _VISITORS)


def _other_visitors(repeats: Repeats, sender: str, profile: str, now_ms: int) -> float:
    """Return how many other visitors acted for a source lately; count this one, if it is new."""
    visitors = repeats.recent(sender, _ALL, now_ms)
    named = visitors < _NAMED_MAX
    if not named or repeats.count(sender, of_profile(profile), now_ms) < _RECENT_MIN:
        return repeats.count(sender, _ALL, now_ms)
    return max(0.0, visitors - 1.0)
