"""Folds the log again and asks at each place: under the champion's state, or a policy's own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.policies.policy import Policy
from headwater_server.evaluation.asking.asker import Asker
from headwater_server.evaluation.asking.checking import Check, other_build
from headwater_server.evaluation.asking.own_engine import OwnSettings
from headwater_server.evaluation.asking.start import Start
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.replay.replay import Replay
from headwater_server.evaluation.shown.collecting import Collecting
from headwater_server.replica.ports.position import time_ms_of

DAY_MS = 86_400_000
OnEntry = Callable[[int], None]


@dataclass(frozen=True)
class Replayed:
    """What the fold of the champion gave; ``same`` answers had the chances of the log."""

    tables: dict[str, ChanceTable]
    same: int
    digest: str
    settings: dict[str, Any]


def stops(
    start: Start,
    engine: Engine,
    found: Collecting,
    on_entry: OnEntry,
    changed: Callable[[Entry], Entry] = lambda entry: entry,
) -> AsyncIterator[int]:
    """Fold the log from the start, and yield the row of each answer while ``engine`` is there.

    ``on_entry`` takes the number of each entry; ``changed`` is applied to each before the engine.
    """
    steps = Replay(
        start.source.log,
        engine,
        start.position,
        until=found.until.offset,
        changed=changed,
        on_entry=lambda position: on_entry(position.sequence),
    )
    return steps.stops(found.packed.places())


async def replay(
    start: Start,
    engine: Engine,
    found: Collecting,
    policies: Mapping[str, Policy | None],
    check: Check | None,
    on_entry: OnEntry = lambda _: None,
    *,
    first_slot: bool = False,
) -> Replayed:
    """Ask every answer again under policies that share the champion's state (None)."""
    asker = Asker(engine, policies, found.packed, first_slot=first_slot)
    async for row in stops(start, engine, found, on_entry):
        if check is not None:
            answer = found.packed[row]
            check.ask(engine, answer, other_build(found.build_at(answer.place[0])))
        asker.ask(row)
    settings = json.loads(engine.settings.canonical())
    return Replayed(asker.tables, asker.same, engine.digest(), settings)


async def replay_own(
    start: Start,
    found: Collecting,
    wanted: Wanted,
    warm_days: float,
    on_entry: OnEntry = lambda _: None,
    *,
    first_slot: bool = False,
) -> ChanceTable:
    """Ask every answer under a policy whose engine learns the log in its own way.

    From a snapshot it has learned the past as the champion did, so what it answers in the first
    ``warm_days`` does not count; from the first entry on, everything does. Raises
    `PolicyRefused`.
    """
    engine, own = await start.engine(), OwnSettings(wanted.state)
    start_ms = time_ms_of(start.position.offset)
    own.begin(engine, start_ms)
    warm_ms = start_ms + warm_days * DAY_MS if start.meta else 0
    named = {wanted.name: wanted.policy}
    asker = Asker(engine, named, found.packed, first_slot=first_slot)
    async for row in stops(start, engine, found, on_entry, own.changed):
        if found.packed[row].slate.time_ms >= warm_ms:
            asker.ask(row)
    return asker.tables[wanted.name]
