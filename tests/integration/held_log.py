"""A real log that can be made to wait."""

from __future__ import annotations

import asyncio
from typing import Any


class HeldLog:
    """A log whose appends wait until they are let through; else it is the one that is given."""

    def __init__(self, log: Any) -> None:
        self._log = log
        self.gate = asyncio.Event()
        self.gate.set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._log, name)

    async def append(self, *arguments: Any, **options: Any) -> Any:
        await self.gate.wait()
        return await self._log.append(*arguments, **options)
