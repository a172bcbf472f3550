"""The plain act, which nearly every event is: noted at once, without steps.

It does what `Engine._event` does for an event of one item, if nothing is to be done in steps: no
window closes, no table is full, no array grows, no act that waits decides anything. All else is
left to the engine's steps, and so is what no model may learn from.
"""

from __future__ import annotations

from headwater_server.engine import interactions
from headwater_server.engine.clock import lies_ahead
from headwater_server.engine.intake.known_items import unknown_item
from headwater_server.engine.intake.ordinary import is_ordinary
from headwater_server.engine.interactions import Tokens
from headwater_server.engine.learning.kinds import Kind
from headwater_server.engine.learning.parts_of_acts import weight_for_others
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.rewards import PURCHASE, weight_of
from headwater_server.engine.parts import Parts
from headwater_server.engine.visitors.session_keys import session_key


def note_plain(parts: Parts, event: Event, entry: Entry) -> bool:
    """Let a plain act wait to be learned. False: it is none, and nothing was done.

    As many acts may wait then as may: the caller lets them be learned.
    """
    kind = parts.kinds.get(event.event_type)
    if kind is None or _refuses(event) or parts.impressions.decisions.awaits(event):
        return False
    if not _passes(parts, event, entry):
        return False
    now_ms = parts.time_ms(entry, event.event_time_ms)
    if now_ms < parts.clock_ms or _needs_steps(parts, event, now_ms):
        return False
    tokens = interactions.circumstances_of(parts, event)
    if tokens != _NONE and _is_decided_by_acts(parts, event, tokens):
        return False
    profile = parts.visitors.acting(event.visitor_id, event.user_id)
    counts = parts.influence.counts_of(event, profile, now_ms)
    # the last check: it remembers the event at once
    if counts is None or not parts.deduplication.remember_new(event, profile, now_ms):
        return False
    parts.influence.count(counts, now_ms)
    parts.clock_ms = now_ms
    _learn(parts, event, kind, profile, tokens)
    parts.learned += 1
    return True


_NONE: tuple[Tokens, Tokens] = (), ()


def _refuses(event: Event) -> bool:
    """Whether its own reward says that the visitor did not like the item."""
    return event.reward is not None and event.reward < 0.0


def _passes(parts: Parts, event: Event, entry: Entry) -> bool:
    """Whether it has one item, and the firewall has clearly nothing against it."""
    if len(event.items) != 1:
        return False
    if not entry.imported and lies_ahead(event.event_time_ms, entry.time_ms):
        return False
    return entry.checked is parts.settings or is_ordinary(event, parts.settings)


def _needs_steps(parts: Parts, event: Event, now_ms: int) -> bool:
    """Whether windows close, something is removed, an array grows, or learning is no kernel."""
    visitors, catalogue, item_id = parts.visitors, parts.catalogue, event.items[0].item_id
    if visitors.free_places <= 0 or parts.attribution.closes_any(now_ms):
        return True
    if not parts.learning.is_kernel:
        return True
    if parts.experiments.active and parts.experiments.is_looked_at(parts.learned + 1):
        return True
    if catalogue.number(item_id) is not None:
        return False
    is_refused = unknown_item(event, parts.settings, catalogue.number)
    return bool(is_refused) or not catalogue.has_room(1)


def _is_decided_by_acts(parts: Parts, event: Event, tokens: tuple[Tokens, Tokens]) -> bool:
    rows = parts.visitors.rows_of(event.visitor_id, event.user_id)
    return interactions.are_decided_by_acts(parts, rows, tokens)


def _learn(
    parts: Parts, event: Event, kind: Kind, profile: str, tokens: tuple[Tokens, Tokens]
) -> None:
    """Note what the act does to its item and its visitor, and let it wait to be learned."""
    visitors, clock_ms, time_ms = parts.visitors, parts.clock_ms, event.event_time_ms
    time_ms = clock_ms if time_ms is None or time_ms > clock_ms else time_ms
    reward, row_class = kind.reward_of(event), kind.class_of(event)
    args = event.visitor_id, event.user_id, time_ms / 1000.0, row_class
    row, visitor, account = visitors.open_rows(*args)
    item = parts.catalogue.act_on(event.items[0].item_id)
    session = session_key(event.session_id) if event.session_id else 0
    who = visitor, account, row, session
    weight = weight_of(event, reward)
    shared = weight_for_others(parts, event, event.items[0].item_id, weight)
    interactions.let_wait(parts, who, (item, time_ms), tokens, weight=shared)
    interactions.note_plainly(parts, event, kind, profile, item, time_ms, weight)
    visitors.past.add(row, reward, kind.purchases, clock_ms)
    if parts.experiments.active:
        profiles = visitors.profiles_of(event.visitor_id, event.user_id)
        name = PURCHASE if kind.purchases else ""
        parts.experiments.add(event, profiles, name, reward, clock_ms)
