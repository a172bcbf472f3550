"""Registers a replica with the others, and refuses to join replicas of another build."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from headwater_server.errors import HeadwaterError
from headwater_server.replica.ports.registry import ReplicaReport, Replicas

_log = structlog.get_logger(__name__)
REPORT_EVERY_S = 1.0
LIVE_PATIENCE_MS = 5_000  # a few reports may be late before a replica counts as dead
CHECK_EVERY_S = 0.25


class MixedStatesError(Exception):
    """A replica of another build is alive: the two would make different states of one log."""

    def __init__(self, other: ReplicaReport, own: ReplicaReport) -> None:
        """Name the other replica, the difference, and what to do."""
        super().__init__(
            f"the process {other.pid} on {other.host} serves this catalogue with {_build(other)}, "
            f"this one has {_build(own)}: together they would make two states of one log. "
            "Stop all processes of that build first, then start this one"
        )


def _build(report: ReplicaReport) -> str:
    return f"state version {report.state_version} and River {report.river_version}"


class Membership:
    """Sends the replica's report about every second, from `join` to `leave`."""

    def __init__(self, replicas: Replicas, make_report: Callable[[], ReplicaReport]) -> None:
        """``make_report`` returns the current report; its id never changes."""
        self._replicas = replicas
        self._make_report = make_report
        self._reporting: asyncio.Task[None] | None = None

    async def join(self) -> None:
        """Report from now on. `MixedStatesError` if a live replica is of another build."""
        await self._replicas.report(self._make_report())
        try:
            await self._refuse_mixing()
        except BaseException:
            await self._forget()
            raise
        self._reporting = asyncio.create_task(self._report(), name="membership")

    async def leave(self) -> None:
        """Stop reporting; without a `join` before, do nothing."""
        if self._reporting is not None:
            self._reporting.cancel()
            await asyncio.gather(self._reporting, return_exceptions=True)
            self._reporting = None
            await self._forget()

    async def _forget(self) -> None:
        try:
            await self._replicas.leave(self._make_report().replica_id)
        except HeadwaterError as error:  # it will count as dead soon
            _log.info("could not report that this replica leaves", reason=str(error))

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(REPORT_EVERY_S)
            try:
                await self._replicas.report(self._make_report())
            except HeadwaterError:
                pass  # health reports a store that does not answer
            except Exception:  # noqa: BLE001 - a failed report must not stop serving
                _log.exception("could not send this replica's report")

    async def _refuse_mixing(self) -> None:
        """Wait until each replica of another build has either reported again or counts as dead."""
        own, reported_ms = self._make_report(), dict[str, int]()
        while others := [other for other in await self._live() if _differ(other, own)]:
            for other in others:
                if reported_ms.setdefault(other.replica_id, other.time_ms) != other.time_ms:
                    raise MixedStatesError(other, own)
            await asyncio.sleep(CHECK_EVERY_S)

    async def _live(self) -> list[ReplicaReport]:
        return await self._replicas.live(LIVE_PATIENCE_MS)


def _differ(one: ReplicaReport, other: ReplicaReport) -> bool:
    return (one.state_version, one.river_version) != (other.state_version, other.river_version)
