"""Learn what is on a log, with a snapshot now and then: an interruption costs a minute, not all."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from headwater_server.cli.importing.patience import Patient, patiently
from headwater_server.cli.publish_state import publish
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.events import Event, Status
from headwater_server.replica.ports.position import Position
from headwater_server.replica.snapshots.restore import restore
from headwater_server.storage.storage import Storage

SNAPSHOT_EVERY_S = 60.0
_SEEN = ("events_learned", "events_repeated")


@dataclass(frozen=True)
class Learned:
    """The state after the log's last entry; ``statuses`` are those of the events learned now."""

    engine: Engine
    position: Position
    statuses: Counter[Status]


async def learn(
    storage: Storage, on_events: Callable[[int], None], every_s: float = SNAPSHOT_EVERY_S
) -> Learned:
    """Learn the log from its newest snapshot on; ``on_events`` gets the number of events so far.

    The state is published every ``every_s`` seconds, and at the end.
    """
    engine, position = await patiently(lambda: restore(storage.snapshots, storage.log, Engine))
    done = sum(engine.lookups.counts().get(name, 0) for name in _SEEN)
    on_events(done)
    statuses: Counter[Status] = Counter()
    published, saved = position, time.monotonic()
    async for logged in Patient(storage.log).iterate(position):
        entry = logged.entry  # decoded at each access
        outcomes = zip(entry.operations, engine.apply(entry), strict=True)
        statuses.update(outcome.status for one, outcome in outcomes if isinstance(one, Event))
        position = logged.position
        on_events(done + statuses.total())
        if time.monotonic() - saved > every_s:
            await _publish(engine, position, storage)
            published, saved = position, time.monotonic()
    if published != position:
        await _publish(engine, position, storage)
    return Learned(engine, position, statuses)


async def _publish(engine: Engine, position: Position, storage: Storage) -> None:
    await patiently(lambda: publish(engine, position, storage.snapshots))
