"""What policies and experiments change in the parts: settings, exposures, looks.

Each function takes the parts; it works in steps.
"""

from __future__ import annotations

from headwater_server.engine.auditing import noting
from headwater_server.engine.experiments import operations
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import CREATED, Event, Status
from headwater_server.engine.messages.experiments import (
    PolicyOperation,
    PolicyPromote,
    PolicyRollback,
)
from headwater_server.engine.parts import Applied, Parts, Steps
from headwater_server.engine.rules.beneath_policies import judged_in
from headwater_server.engine.visitors.request_context import placement_of


def changing(parts: Parts, operation: PolicyOperation, entry: Entry) -> Applied:
    """Apply an operation; what is refused leaves no trace, not of time either."""
    now_ms = parts.time_ms(entry)
    yield from parts.experiments.counting()
    judgement = judged_in(parts, operation, now_ms)
    if judgement.status is not Status.CREATED:
        return judgement.outcome
    yield from parts.advancing(now_ms)
    yield from _doing(parts, operation, now_ms)
    return CREATED


def _doing(parts: Parts, operation: PolicyOperation, now_ms: int) -> Steps:
    yield from operations.doing(parts.experiments, operation, now_ms)
    if isinstance(operation, PolicyPromote | PolicyRollback):
        parts.override(operation.who, now_ms)
    noting.note(parts.audit, operation, now_ms)


def exposing(parts: Parts, event: Event) -> Steps:
    """Count a reported impression for the arms that its slate carries."""
    visitors, now_ms = parts.visitors, parts.clock_ms
    profiles = visitors.profiles_of(event.visitor_id, event.user_id)
    past = visitors.past.of(visitors.rows_of(event.visitor_id, event.user_id), now_ms)
    yield from parts.experiments.exposing(event, profiles, past, now_ms)


def note_seen(parts: Parts, event: Event, slots: int) -> None:
    """Count seen slots for the hold-outs: those of the list that exposes a visitor, too."""
    if slots and parts.experiments.active:
        profiles = parts.visitors.profiles_of(event.visitor_id, event.user_id)
        parts.experiments.listed(profiles, parts.clock_ms, placement_of(event), slots, 0)


def looking(parts: Parts) -> Steps:
    """Look at all experiments: close arms, and promote what has ``auto_promote`` and is proven."""
    now_ms = parts.clock_ms
    yield from parts.experiments.looking(now_ms)
    promote = operations.promotable(parts.experiments, parts.settings)
    if promote is not None:
        yield from parts.learning.learning()
        yield from _doing(parts, promote, now_ms)
