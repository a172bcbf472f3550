"""The texts of keys take long on purpose: they are made beside the loop, once for each start."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack
from typing import Any

import pytest

from headwater_server import app
from headwater_server.api.access import key_texts as module
from headwater_server.api.access.access import Access
from headwater_server.api.access.key_texts import key_texts, key_texts_beside
from headwater_server.errors import StoreUnavailable
from headwater_server.replica.group.process_context import ProcessContext
from headwater_server.settings import load_settings

KEYS = [Access(b"a-key-of-the-shop-%d" % n, name=f"n{n}") for n in range(9)]


async def test_they_are_the_same_in_every_order() -> None:
    assert await key_texts_beside(KEYS) == key_texts(KEYS)
    assert await key_texts_beside(reversed(KEYS)) == key_texts(KEYS)


async def test_the_loop_goes_on_and_few_are_made_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    going_on, under_way, most = threading.Event(), 0, 0

    def mark(key: bytes) -> str:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        assert going_on.wait(60)  # on the loop's own thread it would never come
        under_way -= 1
        return "00"

    monkeypatch.setattr(module, "_mark", mark)
    making = asyncio.create_task(key_texts_beside(KEYS))
    while not under_way:
        await asyncio.sleep(0.001)
    going_on.set()
    assert len(await making) == len(KEYS)
    assert most <= module._AT_ONCE


async def test_a_start_that_is_tried_again_makes_them_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []
    tries: list[tuple[str, ...]] = []

    def mark(key: bytes) -> str:
        made.append(key)
        return "00"

    async def start(_: Any, __: Any, ___: Any, keys: tuple[str, ...]) -> Any:
        tries.append(keys)
        if len(tries) < 4:
            raise StoreUnavailable("away")
        return None, "address"

    monkeypatch.setattr(module, "_mark", mark)
    monkeypatch.setattr(app, "_start", start)
    monkeypatch.setattr(app, "PAUSE_S", 0.001)
    settings = load_settings(keys="a-whole-key-of-the-shop")
    async with AsyncExitStack() as parts:
        await app._start_patiently(settings, parts, ProcessContext())
    assert (len(made), len(tries), len(set(tries))) == (1, 4, 1)
