"""One row of the table: events flow, the store fails over, and what is left is counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_fixed

from headwater import AsyncClient, Event
from headwater.errors import HeadwaterError
from headwater_server.engine.messages.entries import AcknowledgedLost
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import STORE_TIMEOUT_MS, eventually
from tests.system.crash.load import Load, load_on
from tests.system.crash.oracle import fold_of, verdict
from tests.system.crash.server import Server, serving

LEARNS_WITHIN_S = 5.0


@dataclass(frozen=True)
class Found:
    """What one row has done to the servers, and what came of it."""

    fault: str
    promise: str
    backend: str
    acknowledged: int
    lost: int
    doubled: int
    unreported: int  # lost, and on no list
    learns_after_s: float
    manual_steps: int
    differing: int

    def check(self, *, may_lose: bool) -> None:
        """Fail unless the promise was kept."""
        assert may_lose or not self.lost, self
        wrong = (self.doubled, self.unreported, self.manual_steps, self.differing)
        assert not any(wrong), self
        assert self.learns_after_s <= LEARNS_WITHIN_S, self


Fault = Callable[[Load], Awaitable[None]]
"""Does it; it returns when the store is back: a primary with as many replicas as are promised."""


async def played(
    path: Path, url: str, replicas: int, fault: Fault, *, servers: int = 1, events: int = 60
) -> tuple[int, list[str], int, int, float, int, int]:
    """Return acknowledged, lost, doubled, unreported, seconds, manual steps, differing."""
    flags = ("--min-replicas-acked", str(replicas))
    fleet = [Server(path / f"h{n}", *flags, redis_url=url) for n in range(servers)]
    async with serving(*fleet):
        async with load_on([one.address for one in fleet], 1, clients=4, batch=1) as load:
            await load.reaches(events)
            await fault(load)
            back_s = time.monotonic()
            await asyncio.gather(*(learns(one) for one in fleet))
            after_s = time.monotonic() - back_s
            await load.reaches(events)
        restarts = sum(one.starts - 1 for one in fleet)
        return await _counted(url, load, fleet, after_s, restarts)


async def learns(server: Server) -> None:
    """Return when a server acknowledges an event of ours."""
    events = iter(range(1_000_000))

    async def acknowledges() -> bool:
        event = Event("click", "probe", items=["i1"], event_id=f"p-{server.pid}-{next(events)}")
        with suppress(HeadwaterError):
            async with AsyncClient(server.address) as client:
                await client.feedback([event], timeout_s=2)
            return True
        return False

    await eventually(acknowledges)


@retry(
    retry=retry_if_exception_type(StoreUnavailable),
    stop=stop_after_attempt(20),
    wait=wait_fixed(1),
    reraise=True,
)
async def _counted(url, load, fleet, after_s: float, restarts: int):
    models = [await one.model() for one in fleet]
    settings = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)
    async with open_storage(settings, redis_url=url, check=False) as storage:
        fold = await fold_of(storage, {model.offset for model in models})
        listed = {
            event_id
            async for entry in storage.log.iterate(START)
            for one in entry.entry.operations
            if isinstance(one, AcknowledgedLost)
            for event_id in one.event_ids
        }
    found = verdict(load.acknowledged, models, fold)
    unreported = set(found.lost) - listed
    return (
        found.acknowledged, found.lost, len(found.doubled), len(unreported), after_s, restarts,
        len(found.differing),
    )  # fmt: skip
