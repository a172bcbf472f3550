"""kill -9 in the middle, a warm restart, and the proof that nothing was lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from headwater import AsyncClient, Event, EventStatus
from headwater_server.cli.demo.server_process import ServerProcess

DIGEST_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True)
class Restart:
    """What was before and what is after; ``lost``: acknowledged events that are not there."""

    digest_before: str
    digest_after: str
    learned_before: int
    learned_after: int
    sent_again: int
    lost: int
    seconds: float

    @property
    def is_whole(self) -> bool:
        """Return whether the server came back with all that it had acknowledged, no more."""
        same_digest = self.digest_before == self.digest_after
        return same_digest and self.learned_before == self.learned_after and not self.lost


async def kill_and_restart(server: ServerProcess, acknowledged: Sequence[Event]) -> Restart:
    """Kill the server while nothing is under way, start it again, and compare."""
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
    """Send what was acknowledged once more; count what the server does not know."""
    if not acknowledged:
        return 0
    answer = await client.feedback(acknowledged, timeout_s=DIGEST_TIMEOUT_S)
    return sum(result.status is not EventStatus.EXISTS for result in answer.results)
