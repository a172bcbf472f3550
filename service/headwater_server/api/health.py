"""grpc.health.v1, which reports what the replica can serve."""

from __future__ import annotations

import asyncio
from typing import Final

from grpc_health.v1.health import aio
from grpc_health.v1.health_pb2 import HealthCheckResponse

# service -> whether it needs the store; "" is the server as a whole
SERVICES: Final = {
    "": False,
    "headwater.v1.RecommendationService": False,
    "headwater.v1.FeedbackService": True,
    "headwater.v1.CatalogService": True,
    "headwater.v1.UserService": True,
    "headwater.v1.ModelService": False,
    "headwater.v1.ExportService": False,  # items and users need no store
    "headwater.v1.RuleService": False,
    "headwater.v1.AuditService": False,
    "headwater.v1.ExperimentService": False,  # its reads are what a page waits for
}


class Health:
    """Keeps each service's status: reads stay SERVING while the store does not answer."""

    def __init__(self) -> None:
        self.servicer = aio.HealthServicer()
        self._can = (False, False)
        self._changed = asyncio.Event()
        self._follower: asyncio.Task[None] | None = None

    def change(self, reads: bool, writes: bool) -> None:  # noqa: FBT001 - the replica's watcher
        """Set what can be served from now on; must be called on the loop."""
        self._can = (reads, writes)
        self._changed.set()

    async def start(self) -> None:
        """Set every service's first status, and update it at each change."""
        await self._set_all()
        self._follower = asyncio.create_task(self._follow(), name="health")

    async def stop(self) -> None:
        """Report NOT_SERVING from now on, so that load balancers leave before calls are cut off."""
        if self._follower is not None:
            self._follower.cancel()
            await asyncio.gather(self._follower, return_exceptions=True)
        await self.servicer.enter_graceful_shutdown()

    async def _follow(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self._set_all()

    async def _set_all(self) -> None:
        reads, writes = self._can
        for service, needs_store in SERVICES.items():
            serving = reads and (writes or not needs_store)
            status = HealthCheckResponse.SERVING if serving else HealthCheckResponse.NOT_SERVING
            await self.servicer.set(service, status)
