"""A copy of a state that is in use, and the digest of one; neither keeps an answer waiting."""

from __future__ import annotations

import asyncio

from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot.state import digest
from headwater_server.replica.ports.position import Position
from headwater_server.replica.ports.snapshots import Parts
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.tail.tail import Tail

LEARNED = "learned/"
"""Where a capture keeps what `Engine.digest` is over; beside it stand versions and tallies."""

TURNS = 4
"""Turns of the loop that others get between two steps: a read needs several."""


async def captured(engine: StateMachine, tail: Tail) -> tuple[Position, EngineSettings, Parts]:
    """Return a copy of the state, where it stands, and the settings that it means something by.

    Learning stands still while it is taken, some tens of milliseconds at 100,000 items and as many
    visitors; reads go on between its steps of about half a millisecond.
    """
    capture = engine.capturing()
    for _ in capture.rehearse():
        await turns()
    async with tail.standing_still():
        position, settings = tail.position, engine.settings
        for _ in capture.take():
            await turns()
    return position, settings, capture.parts()


async def turns() -> None:
    """Let others have their turn."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


def captured_digest(parts: Parts) -> str:
    """Return what `digest` of the engine said when it was captured.

    >>> captured_digest([("head/river", "1"), ("learned/a", 1)]) == digest([("a", 1)])
    True
    """
    learned = ((path, leaf) for path, leaf in parts if path.startswith(LEARNED))
    return digest((path.removeprefix(LEARNED), leaf) for path, leaf in learned)
