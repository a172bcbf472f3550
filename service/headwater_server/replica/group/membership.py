"""Being known to the other replicas, and keeping out of a company that would fork the state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from headwater_server.errors import HeadwaterError
from headwater_server.replica.ports.registry import Replicas, ReplicaStanding

_log = structlog.get_logger(__name__)
REPORT_EVERY_S = 1.0
LIVE_PATIENCE_MS = 5_000  # a few reports may be late before it counts as dead
LOOK_AGAIN_S = 0.25


class MixedStatesError(Exception):
    """A replica of another build is alive: the two would make different states of one log."""

    def __init__(self, other: ReplicaStanding, own: ReplicaStanding) -> None:
        """Say who it is, how the two differ, and what to do."""
        super().__init__(
            f"the process {other.pid} on {other.host} serves this catalogue with {_build(other)}, "
            f"this one has {_build(own)}: together they would make two states of one log. "
            "Stop those first, all of them, then start this one"
        )


def _build(standing: ReplicaStanding) -> str:
    return f"state version {standing.state_version} and River {standing.river_version}"


class Membership:
    """Reports where a replica stands, about each second, from `join` to `leave`."""

    def __init__(self, replicas: Replicas, look: Callable[[], ReplicaStanding]) -> None:
        """``look`` says where it stands now; its id never changes."""
        self._replicas = replicas
        self._look = look
        self._reporting: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Be known from now on. `MixedStatesError` if one that lives is of another build."""
        await self._replicas.report(self._look())
        try:
            await self._refuse_mixing()
        except BaseException:
            await self._forget()
            raise
        self._reporting = asyncio.create_task(self._report(), name="membership")

    async def leave(self) -> None:
        """Be known no more; without a `join` before, nothing."""
        if self._reporting is not None:
            self._reporting.cancel()
            await asyncio.gather(self._reporting, return_exceptions=True)
            self._reporting = None
            await self._forget()

    async def _forget(self) -> None:
        try:
            await self._replicas.leave(self._look().replica_id)
        except HeadwaterError as error:  # it will be taken for dead soon
            _log.info("could not say that this replica leaves", reason=str(error))

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            try:
                await self._replicas.report(self._look())
            except HeadwaterError:
                pass  # health tells of a store that is away
            except Exception:  # noqa: BLE001 - must not end what serves
                _log.exception("could not report where this replica stands")

    async def _refuse_mixing(self) -> None:
        """Look until every one of another build has either spoken again, or died long enough."""
        own, heard_ms = self._look(), dict[str, int]()
        while others := [other for other in await self._live() if _differ(other, own)]:
            for other in others:
                if heard_ms.setdefault(other.replica_id, other.time_ms) != other.time_ms:
                    raise MixedStatesError(other, own)
            await asyncio.sleep(LOOK_AGAIN_S)

    async def _live(self) -> list[ReplicaStanding]:
        return await self._replicas.live(LIVE_PATIENCE_MS)


def _differ(one: ReplicaStanding, other: ReplicaStanding) -> bool:
    return (one.state_version, one.river_version) != (other.state_version, other.river_version)
