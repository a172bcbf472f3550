"""The end of calls that do not end by themselves."""

from __future__ import annotations

import asyncio


class Draining:
    """Told once, when the server stops: streams then answer what is under way, and end."""

    def __init__(self) -> None:
        """Nothing ends yet."""
        self._begun = asyncio.Event()

    def begin(self) -> None:
        """Let streams end."""
        self._begun.set()

    @property
    def has_begun(self) -> bool:
        """Whether the server is stopping."""
        return self._begun.is_set()

    async def begun(self) -> None:
        """Return when the server stops."""
        await self._begun.wait()
