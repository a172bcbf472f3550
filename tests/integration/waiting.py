"""Waiting for a condition, never for a time."""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Awaitable, Callable

# How long anything may take that is to come about. What comes about returns at once, so only a
# failure waits this long; a machine with ten others at work needs a good part of it.
PATIENCE_S = float(os.environ.get("HEADWATER_TEST_PATIENCE_S", "120"))

STORE_TIMEOUT_MS = 20_000  # of a store that is well; one second is the default


async def eventually(
    condition: Callable[[], object | Awaitable[object]], seconds: float = PATIENCE_S
) -> None:
    """Return as soon as ``condition`` holds; TimeoutError when it does not within ``seconds``."""
    async with asyncio.timeout(seconds):
        while not await _holds(condition):
            await asyncio.sleep(0.005)


async def _holds(condition: Callable[[], object | Awaitable[object]]) -> object:
    answer = condition()
    return await answer if inspect.isawaitable(answer) else answer


def be_patient(*clients: type) -> None:
    """Let a busy machine be no reason to fail.

    Calls without a ``timeout_s`` wait for `PATIENCE_S`, where a page would give up after a second.
    Servers that a test starts are late without taking it for too much to do, and take a store that
    is late for one that is well.
    """
    os.environ.setdefault("HEADWATER_OVERLOAD_LAG_MS", str(1_000 * PATIENCE_S))
    os.environ.setdefault("HEADWATER_STORE_TIMEOUT_MS", str(STORE_TIMEOUT_MS))
    for client in clients:
        for _, method in inspect.getmembers(client, inspect.isfunction):
            defaults = method.__kwdefaults__ or {}
            if "timeout_s" in defaults:
                defaults["timeout_s"] = PATIENCE_S
