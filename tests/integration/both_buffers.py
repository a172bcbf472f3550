"""Both buffered writers behind one face, so that a sentence about them is tested on each."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import headwater
from tests.integration.waiting import PATIENCE_S


def click(number: int, **fields: object) -> headwater.Event:
    return headwater.Event("click", "v", **{"items": ["boots"], "event_id": f"e{number}"} | fields)


class Both:
    """The same sentence about both writers: each test runs it on the one and on the other.

    The sync one is driven from a thread, since the server lives on this loop.
    """

    def __init__(self, listen: str, kind: str, **options: object) -> None:
        self.lost: list[tuple[str, str]] = []
        options.setdefault("on_lost", lambda event, why: self.lost.append((event.event_id, why)))
        sync = kind == "sync"
        self.client = (headwater.Client if sync else headwater.AsyncClient)(listen)
        buffer = headwater.FeedbackBuffer if sync else headwater.AsyncFeedbackBuffer
        self.buffer = buffer(self.client, **options)

    async def do(self, method: Callable[..., object], *arguments: object, **named: object) -> None:
        if asyncio.iscoroutinefunction(method):
            await method(*arguments, **named)
        else:
            await asyncio.to_thread(method, *arguments, **named)

    async def add(self, *numbers: int, **named: object) -> None:
        for number in numbers:
            await self.do(self.buffer.add, click(number), **named)

    async def flush(self, timeout_s: float | None = PATIENCE_S) -> None:
        await self.do(self.buffer.flush, timeout_s)

    async def close(self, timeout_s: float = PATIENCE_S) -> None:
        await self.do(self.buffer.close, timeout_s)
        await self.do(self.client.close)
