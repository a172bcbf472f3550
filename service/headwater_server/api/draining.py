"""Ends streams when the server stops, since they do not end by themselves."""

from __future__ import annotations

import asyncio


class Draining:
    """Started once, when the server stops: streams then answer what is under way, and end."""

    def __init__(self) -> None:
        """Create it; streams continue until `start`."""
        self._started = asyncio.Event()

    def start(self) -> None:
        """Let streams end."""
        self._started.set()

    @property
    def is_started(self) -> bool:
        """Whether the server is stopping."""
        return self._started.is_set()

    async def started(self) -> None:
        """Return when the server stops."""
        await self._started.wait()
