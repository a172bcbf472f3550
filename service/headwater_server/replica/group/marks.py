"""Publishes the digest of a replica's state at each mark on the log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import structlog

from headwater_server.errors import HeadwaterError
from headwater_server.replica.answers import ModelAnswer
from headwater_server.replica.ports.registry import Replicas
from headwater_server.replica.ports.snapshots import Parts
from headwater_server.replica.snapshots.capture import captured_digest

_log = structlog.get_logger(__name__)
CopyState = Callable[[], Awaitable[tuple[ModelAnswer, Parts]]]


class Marks:
    """Handles the marks of one replica: those that it expects, and those that it reaches."""

    def __init__(self, replicas: Replicas, replica_id: str, copy_state: CopyState) -> None:
        """``copy_state`` returns the model's status and a copy of the state, at each mark."""
        self._replicas = replicas
        self._replica_id = replica_id
        self._copy_state = copy_state
        self._expected: dict[str, asyncio.Future[ModelAnswer]] = {}
        self._publishing: set[asyncio.Task[None]] = set()

    def expect(self, mark_id: str) -> asyncio.Future[ModelAnswer]:
        """Return a future of this replica's own state at the mark; `forget` it afterwards."""
        future: asyncio.Future[ModelAnswer] = asyncio.get_running_loop().create_future()
        return self._expected.setdefault(mark_id, future)

    def forget(self, mark_id: str) -> None:
        """Stop expecting a mark."""
        self._expected.pop(mark_id).cancel()

    async def reached(self, mark_ids: Sequence[str]) -> None:
        """Copy the state, which does not change meanwhile; publish its digest later."""
        answer, parts = await self._copy_state()
        publishing = asyncio.create_task(self._publish(mark_ids, answer, parts))
        self._publishing.add(publishing)
        publishing.add_done_callback(self._publishing.discard)

    async def end(self) -> None:
        """Cancel what is still being published."""
        for task in self._publishing:
            task.cancel()
        await asyncio.gather(*self._publishing, return_exceptions=True)

    async def _publish(self, mark_ids: Sequence[str], answer: ModelAnswer, parts: Parts) -> None:
        digest = await asyncio.to_thread(captured_digest, parts)
        for mark_id in mark_ids:
            expected = self._expected.get(mark_id)
            if expected is not None and not expected.done():
                expected.set_result(replace(answer, digest=digest))
            try:
                await self._replicas.publish_digest(mark_id, self._replica_id, digest)
            except HeadwaterError as error:
                _log.warning("could not publish a digest", mark=mark_id, reason=str(error))
