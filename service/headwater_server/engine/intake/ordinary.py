"""Events that the firewall clearly passes, which are nearly all of them.

The firewall names the first of many possible reasons, field by field. That most events have none is
found here in a third of the time; whatever is not clear is left to the firewall.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from headwater_server.engine.intake.limits import (
    CURRENCY_BYTES_MAX,
    ID_BYTES_MAX,
    ITEMS_MAX,
    NUMBER_MAX,
    PAGE_POSITION_MAX,
    QUANTITY_MAX,
    REWARD_MAX,
    TIME_MS_MAX,
    TIME_MS_MIN,
)
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.rewards import IMPRESSION, LOGOUT, RATING, canonical_type
from headwater_server.engine.settings import EngineSettings

_SPECIAL = frozenset({IMPRESSION, LOGOUT})
STARS_MAX = 5.0
_ID = r"[0-9A-Za-z_.:\-]"
_PLAIN = re.compile(f"{_ID}{{1,{ID_BYTES_MAX}}}(?:\n{_ID}{{1,{ID_BYTES_MAX}}})*")


def is_ordinary(event: Event, settings: EngineSettings) -> bool:
    """Return whether the firewall clearly has nothing against ``event``.

    False says nothing: an unusual event may be a good one.

    >>> view = Event("e1", "view", "ann", items=(EventItem("tent"),))
    >>> is_ordinary(view, EngineSettings())
    True
    >>> is_ordinary(Event("e1", "view", "undefined", items=(EventItem("tent"),)), EngineSettings())
    False
    """
    return are_ordinary((event,), settings)


def are_ordinary(events: Iterable[Event], settings: EngineSettings) -> bool:
    """Return whether that is so of each: their ids are looked at together, in a third of the time.

    >>> are_ordinary([Event("e1", "view", "ann"), Event("e2", "view", "bob")], EngineSettings())
    False
    """
    ids: list[str] = []
    types: set[str] = set()
    for event in events:
        if event.event_type in types and _is_simple(event):
            ids += (event.event_id, event.visitor_id, event.items[0].item_id)
        elif _is_plain(event, settings):
            ids += (event.event_id, event.visitor_id, *[item.item_id for item in event.items])
            types.add(event.event_type)
        else:
            return False
        if event.user_id or event.session_id or event.placement:
            ids += filter(None, (event.user_id, event.session_id, event.placement))
    return _are_plain_ids(ids)


def _is_simple(event: Event) -> bool:
    """Return whether `_is_plain` is so whatever the settings say, if it is so of its type.

    It names one piece of one item, and nothing has a limit.
    """
    if (
        len(event.items) != 1
        or event.value is not None
        or event.reward is not None
        or event.position
        or event.context
        or event.event_type == RATING
    ):
        return False
    item, time_ms = event.items[0], event.event_time_ms
    if item.quantity != 1.0 or item.price is not None or item.currency_code:
        return False
    return time_ms is None or TIME_MS_MIN <= time_ms <= TIME_MS_MAX


def _is_plain(event: Event, settings: EngineSettings) -> bool:
    """Return whether all but the ids clearly passes."""
    name, items, slate = canonical_type(event.event_type), event.items, event.slate
    value, time_ms = event.value, event.event_time_ms
    items_max = settings.page_event_items_max if event.from_page else 0
    return (
        name in settings.rewards
        and name not in _SPECIAL
        and 0 < len(items) <= (items_max or ITEMS_MAX)
        and 0 <= event.position <= (len(slate.item_ids) if slate else PAGE_POSITION_MAX)
        and not event.context
        and (value is None or abs(value) <= NUMBER_MAX)
        and (event.reward is None or abs(event.reward) <= REWARD_MAX)
        and (name != RATING or (value is not None and 0.0 <= value <= STARS_MAX))
        and (time_ms is None or TIME_MS_MIN <= time_ms <= TIME_MS_MAX)
        and (_is_bare(items[0]) if len(items) == 1 else all(map(_is_bare, items)))
    )


def _is_bare(item: EventItem) -> bool:
    """Return whether neither the firewall nor `admission.py` could refuse an item."""
    code = item.currency_code
    return (
        0.0 < abs(item.quantity) <= QUANTITY_MAX
        and (item.price is None or 0.0 <= item.price <= NUMBER_MAX)
        and (not code or (len(code) == CURRENCY_BYTES_MAX and code.isascii() and code.isalpha()))
    )


def _are_plain_ids(ids: list[str]) -> bool:
    """Return whether all are there, of plain characters, not too long, and no placeholders."""
    text = "\n".join(ids)
    is_plain = _PLAIN.fullmatch(text) and text.count("\n") == len(ids) - 1
    return bool(is_plain) and not _may_be_missing(text.lower())


def _may_be_missing(text: str) -> bool:
    """Return whether a word is in ``text`` that each placeholder of plain characters has."""
    return (
        "undefined" in text
        or "null" in text
        or "none" in text
        or "nil" in text
        or "nan" in text
        or "optional" in text
    )
