"""kill -9, a warm restart, and the proof that nothing is lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from headwater import AsyncClient, Event, EventStatus
from headwater_server.cli.demo.server_process import ServerProcess

DIGEST_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Restart:
    """The state before and after; ``lost``: acknowledged events that are missing."""

    digest_before: str
    digest_after: str
    learned_before: int
    learned_after: int
    sent_again: int
    lost: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Return whether the server has exactly the events that it had acknowledged."""
        same_digest = self.digest_before == self.digest_after
        return same_digest and self.learned_before == self.learned_after and not self.lost


async def kill_and_restart(server: ServerProcess, acknowledged: Sequence[Event]) -> Restart:
    """Kill the server while no call is in progress, restart it, and compare."""
    async with AsyncClient(server.address) as client:
        before = await client.get_model(compute_digest=True, timeout_s=DIGEST_TIMEOUT_S)
    started = time.monotonic()
    await server.kill_and_wait()
    await server.start()
    seconds = time.monotonic() - started
    async with AsyncClient(server.address) as client:
        after = await client.get_model(compute_digest=True, timeout_s=DIGEST_TIMEOUT_S)
        lost = await _send_again(client, acknowledged)
    learned = "events_learned"
    return Restart(
        before.digest, after.digest, before.counts[learned], after.counts[learned],
        len(acknowledged), lost, seconds,
    )  # fmt: skip


async def _send_again(client: AsyncClient, acknowledged: Sequence[Event]) -> int:
    """Send acknowledged events again; count those that the server does not know."""
    if not acknowledged:
        return 0
    answer = await client.feedback(acknowledged, timeout_s=DIGEST_TIMEOUT_S)
    return sum(result.status is not EventStatus.EXISTS for result in answer.results)
