"""A read of several steps says the state that it began with: entries are applied between steps."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from headwater import AsyncClient, Event, Item
from headwater_server.engine.engine import Engine
from headwater_server.engine.lookups.visitor_listing import VisitorQuestion
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica


async def interrupted(read: Coroutine, meanwhile: Coroutine) -> Any:
    """Return what ``read`` returns if ``meanwhile`` is done after its first step."""
    read.send(None)
    await meanwhile
    while True:
        try:
            read.send(None)
        except StopIteration as done:
            return done.value
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", ["visitors", "settings"])
async def test_the_offset_is_not_newer_than_what_was_read(storage: Storage, name: str) -> None:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as shop,
    ):
        await shop.upsert_items([Item("tent")])
        before = (await shop.feedback([Event("click", "ann", items=["tent"])])).offset
        reads = replica.operators
        read = reads.settings() if name == "settings" else reads.visitors(VisitorQuestion())
        more = shop.feedback([Event("click", "bob", items=["tent"])])
        answer = await interrupted(read, more)
        assert answer.offset == before
