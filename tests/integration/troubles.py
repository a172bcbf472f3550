"""What a replica says while its store refuses it, and that it goes on afterwards."""

from __future__ import annotations

from contextlib import suppress

from headwater_server.errors import HeadwaterError
from tests.integration.replicas import clicks
from tests.integration.waiting import eventually


async def refusal(replica, word: str) -> str:
    """Return the error of a call, as soon as one has the word."""
    said: list[str] = []

    async def refused() -> bool:
        try:
            await replica.feedback(clicks(1_000 + len(said)), 5)
        except HeadwaterError as error:
            said.append(str(error))
        return bool(said) and word in said[-1]

    await eventually(refused)
    return said[-1]


async def learns_again(replica) -> None:
    async def learns() -> bool:
        with suppress(HeadwaterError):
            await replica.feedback(clicks(2), 5)
            return True
        return False

    await eventually(learns)
    await eventually(lambda: replica.own.health.writes)
