"""Events that no model may learn from, with the reason."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from headwater_server.engine.clock import ahead_problem
from headwater_server.engine.intake.limits import (
    CONTEXT_MAX,
    CURRENCY_BYTES_MAX,
    ID_BYTES_MAX,
    ITEMS_MAX,
    NUMBER_MAX,
    PAGE_POSITION_MAX,
    POSITION_MAX,
    REWARD_MAX,
    TEXT_BYTES_MAX,
    TIME_MS_MAX,
    TIME_MS_MIN,
)
from headwater_server.engine.intake.ordinary import are_ordinary, is_ordinary
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import IMPRESSION, LOGOUT, RATING, canonical_type
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.engine.settings import EngineSettings

_TOGETHER_MIN = 5  # events: to make an entry of so few takes as long


def quarantine_reason(event: Event, settings: EngineSettings) -> str:
    """Return why ``event`` must be quarantined, "" if it may be learned.

    >>> quarantine_reason(Event("e1", "view", "v1"), EngineSettings())
    'items: a detail-page-view names at least one item'
    """
    return "" if is_ordinary(event, settings) else next(_reasons(event, settings), "")


def judged(entry: Entry, settings: EngineSettings) -> Entry:
    """Return an entry of events as checked, if the firewall clearly passes all of them.

    They are looked at together, in a third of the time; otherwise it looks at each.
    """
    if entry.checked is settings or len(entry.operations) < _TOGETHER_MIN:
        return entry
    events = [one for one in entry.operations if type(one) is Event]
    are_all = len(events) == len(entry.operations) and are_ordinary(events, settings)
    return replace(entry, checked=settings) if are_all else entry


def refusal_of(event: Event, entry: Entry, settings: EngineSettings) -> str:
    """Return why an event of ``entry`` is not learned, "" if it may be.

    What was checked under this very object of settings before its append is not checked again. An
    import of an earlier build may be of later: it stays, and counts as now.
    """
    reason = "" if entry.checked is settings else quarantine_reason(event, settings)
    return reason or ("" if entry.imported else ahead_reason(event, entry.time_ms))


def ahead_reason(event: Event, now_ms: int) -> str:
    """Return why ``event`` is too far ahead of ``now_ms``, "" if it is not.

    >>> ahead_reason(Event("e1", "view", "v1", event_time_ms=4_102_444_800_000), now_ms=0)
    'event_time: 2100-01-01T00:00:00Z lies in the future, more than 1 hour after \
1970-01-01T00:00:00Z'
    """
    problem = ahead_problem(event.event_time_ms, now_ms)
    return problem and f"event_time: {problem}"


def _reasons(event: Event, settings: EngineSettings) -> Iterator[str]:
    name = canonical_type(event.event_type)
    if name not in settings.rewards and name != LOGOUT:
        yield f"event_type: {name[:64]!r} has no reward; {_known_types(name, settings)}"
    yield from _long_texts(event)
    yield from _placeholders(event, settings)
    if len(event.items) > ITEMS_MAX:
        yield f"items: {len(event.items)} of them, at most {ITEMS_MAX}"
    yield from _large_for_a_page(event, name, settings.page_event_items_max)
    yield from _far_positions(event, name)
    if name == LOGOUT:
        if event.items:
            yield "items: a logout names no item"
    elif not event.items and not (name == IMPRESSION and event.slate is not None):
        yield f"items: a {name} names at least one item"
    if len(event.context) > CONTEXT_MAX:
        yield f"context: {len(event.context)} names, at most {CONTEXT_MAX}"
    yield from _wild_numbers(event)
    if event.reward is not None and name in (IMPRESSION, LOGOUT):
        yield f"reward: an event of the type {name} has none; leave it out"
    if name == RATING and (event.value is None or not 0.0 <= event.value <= 5.0):
        yield "value: a rating needs a value from 0 to 5"


def _known_types(name: str, settings: EngineSettings) -> str:
    """Return the known name that only differs in its case, else all, with their aliases."""
    aliases = (alias for alias, meant in ALIASES.items() if meant in settings.rewards)
    known = {*settings.rewards, LOGOUT, *aliases}
    small = name.lower()
    return f"write {small!r}" if small in known else f"known are {', '.join(sorted(known))}"


def _long_texts(event: Event) -> Iterator[str]:
    for field in ("event_id", "visitor_id"):
        if not getattr(event, field):
            yield f"{field}: is empty"
    for field in ("event_id", "event_type", "visitor_id", "user_id", "session_id", "placement"):
        if _bytes(getattr(event, field)) > ID_BYTES_MAX:
            yield f"{field}: longer than {ID_BYTES_MAX} bytes"
    for place, item in enumerate(event.items):
        if not 0 < _bytes(item.item_id) <= ID_BYTES_MAX:
            yield f"items[{place}].item_id: empty or longer than {ID_BYTES_MAX} bytes"
        if _bytes(item.currency_code) > CURRENCY_BYTES_MAX:
            yield f"items[{place}].currency_code: longer than {CURRENCY_BYTES_MAX} bytes"
    for key, value in event.context:
        if not 0 < _bytes(key) <= ID_BYTES_MAX:
            yield f"context[{key[:64]!r}]: name empty or longer than {ID_BYTES_MAX} bytes"
        if isinstance(value, str) and _bytes(value) > TEXT_BYTES_MAX:
            yield f"context[{key[:64]!r}]: text longer than {TEXT_BYTES_MAX} bytes"


def _placeholders(event: Event, settings: EngineSettings) -> Iterator[str]:
    for field in ("event_id", "visitor_id", "user_id"):
        if reason := placeholder(getattr(event, field), settings.allowed_ids):
            yield f"{field}: {reason}"
    for place, item in enumerate(event.items):
        if reason := placeholder(item.item_id, settings.allowed_ids):
            yield f"items[{place}].item_id: {reason}"


def _large_for_a_page(event: Event, name: str, most: int) -> Iterator[str]:
    if event.slate is not None and name == IMPRESSION:
        most = max(most, len(event.slate.item_ids))
    if event.from_page and 0 < most < len(event.items):
        yield (
            f"items: {len(event.items)} of them; an event of a page names at most {most} "
            "(page_event_items_max)"
        )


def _far_positions(event: Event, name: str) -> Iterator[str]:
    """Yield that the last slot is beyond what any list has.

    A position is an input of the probability, so one that no list has would move those of all. The
    items of an impression without a slate fill one slot after the other.
    """
    last = event.position
    if name == IMPRESSION and event.slate is None:
        last = max(1, event.position) + len(event.items) - 1
    if event.from_page and event.slate is not None:
        if last > len(event.slate.item_ids):
            yield f"position: {last}, but the token's list has {len(event.slate.item_ids)} slots"
    elif last > (most := PAGE_POSITION_MAX if event.from_page else POSITION_MAX):
        yield f"position: slot {last}; a list has at most {most}"


def _wild_numbers(event: Event) -> Iterator[str]:
    for place, item in enumerate(event.items):
        for field, number in (("quantity", item.quantity), ("price", item.price)):
            if number is not None and not _tame(number):
                yield f"items[{place}].{field}: not finite, or beyond {NUMBER_MAX:g}"
    time_ms = event.event_time_ms
    if time_ms is not None and not TIME_MS_MIN <= time_ms <= TIME_MS_MAX:
        yield "event_time: not within the years 1 to 9999"
    if event.position < 0:
        yield "position: is negative"
    if event.value is not None and not _tame(event.value):
        yield f"value: not finite, or beyond {NUMBER_MAX:g}"
    if event.reward is not None and not abs(event.reward) <= REWARD_MAX:  # NaN is not, either
        yield f"reward: {event.reward:g}; write a number from -{REWARD_MAX:g} to {REWARD_MAX:g}"
    for key, value in event.context:
        if not isinstance(value, str) and not _tame(value):
            yield f"context[{key[:64]!r}]: not finite, or beyond {NUMBER_MAX:g}"


def _tame(number: float) -> bool:
    return math.isfinite(number) and abs(number) <= NUMBER_MAX


def _bytes(text: str) -> int:
    # an ASCII text, by far the most common, is as long in bytes as in characters
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
