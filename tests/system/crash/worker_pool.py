"""`headwater serve --workers`, and its processes, for the crash tests."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from headwater import AsyncClient, UnavailableError
from headwater.model import Model
from tests.integration.waiting import eventually
from tests.system.crash.server import DIGEST_TIMEOUT_S, Server


class WorkerPool(Server):
    """A parent with workers and a follower; ``pid`` is the parent's."""

    def __init__(self, path: Path, *flags: str, workers: int = 2, redis_url: str = "") -> None:
        super().__init__(path, "--workers", str(workers), *flags, redis_url=redis_url)
        self.workers = workers

    def children(self) -> list[int]:
        """Return its workers and its follower, in the order that they were started."""
        processes = psutil.Process(self.pid).children()
        ours = [one for one in processes if _ours(one)]
        return [one.pid for one in sorted(ours, key=psutil.Process.create_time)]

    def kill_children(self, *pids: int) -> None:
        """Kill some of them as a crash would."""
        for pid in pids:
            os.kill(pid, signal.SIGKILL)

    async def complete(self, besides: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        """Return when as many as wanted live, none of ``besides``, and all hold one state."""

        async def whole() -> bool:
            children = set(self.children())
            if len(children) <= self.workers or children & set(besides):
                return False
            try:
                model = await self.compared()
            except UnavailableError:  # the connection was to one that was just killed
                return False
            named = {int(state.replica_id.split("-")[-2]) for state in model.replicas}
            return children <= named and all(
                state.digest == model.digest
                for state in model.replicas
                if int(state.replica_id.split("-")[-2]) in children
            )

        await eventually(whole)

    async def compared(self) -> Model:
        """Return where it stands, with every replica's digest."""
        async with AsyncClient(self.address) as client:
            return await client.get_model(compare_replicas=True, timeout_s=DIGEST_TIMEOUT_S)


def _ours(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "worker" in process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return False
