"""What a replica does when it comes to a mark: it says which state it has there."""

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
Look = Callable[[], Awaitable[tuple[ModelAnswer, Parts]]]


class Marks:
    """``look`` returns where the model stands now, and a copy of it."""

    def __init__(self, replicas: Replicas, replica_id: str, look: Look) -> None:
        """Nothing is looked at before a mark is `reached`."""
        self._replicas = replicas
        self._replica_id = replica_id
        self._look = look
        self._expected: dict[str, asyncio.Future[ModelAnswer]] = {}
        self._publishing: set[asyncio.Task[None]] = set()

    def expect(self, mark_id: str) -> asyncio.Future[ModelAnswer]:
        """Return what ends with this replica's own state at the mark; `forget` it afterwards."""
        future: asyncio.Future[ModelAnswer] = asyncio.get_running_loop().create_future()
        return self._expected.setdefault(mark_id, future)

    def forget(self, mark_id: str) -> None:
        """Expect nothing of a mark any more."""
        self._expected.pop(mark_id).cancel()

    async def reached(self, mark_ids: Sequence[str]) -> None:
        """Copy the state, which stands still at the marks; its digest follows."""
        answer, parts = await self._look()
        publishing = asyncio.create_task(self._publish(mark_ids, answer, parts))
        self._publishing.add(publishing)
        publishing.add_done_callback(self._publishing.discard)

    async def end(self) -> None:
        """Let nothing run on."""
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
