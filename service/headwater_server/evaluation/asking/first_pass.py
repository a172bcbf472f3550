"""Reads the log once, without learning, and collects what was shown."""

from __future__ import annotations

import json
from collections.abc import Callable

from headwater_server.engine.engine import Engine
from headwater_server.engine.policies.policy import Policy
from headwater_server.evaluation.asking.start import Start
from headwater_server.evaluation.shown.collecting import Collecting
from headwater_server.evaluation.shown.span import Span
from headwater_server.replica.ports.position import time_ms_of


async def collected(
    start: Start,
    engine: Engine,
    span: Span,
    window_minutes: float,
    placement: str | None,
    on_entry: Callable[[int], None] = lambda _: None,
) -> Collecting:
    """Return the answers of the span, with the acts within the window after each."""
    found = Collecting(span, window_minutes, placement, start.position, engine.written_settings)
    for kept in engine.lookups.policies().policies:
        found.policies[kept.policy_id] = Policy(kept.policy_id, json.loads(kept.overrides))
    over_ms = span.last[0] + round(window_minutes * 60_000)
    async for logged in start.source.log.iterate(start.position):
        found.begin_at(time_ms := time_ms_of(logged.position.offset))
        if time_ms > over_ms:
            break
        found.take(logged.position, logged.entry)
        on_entry(logged.position.sequence)
    found.end()
    return found
