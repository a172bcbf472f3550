"""Row 12: questions about visitors, accounts and items that nobody has heard of, without end."""

from __future__ import annotations

import asyncio
from random import Random

import psutil
import pytest

from headwater import AsyncClient, Event, Item, NotFoundError
from tests.integration.waiting import PATIENCE_S
from tests.system.crash.seeds import IS_SOAK, seeds
from tests.system.crash.server import Server, serving

QUESTIONS = 1_000_000 if IS_SOAK else 10_000
FIRST = 3_000  # after which the allocator has what it needs
AT_ONCE = 16
GROWTH_BYTES_MAX = 8_000_000  # noise of the allocator; a trace of 100 bytes each would show


async def ask(client: AsyncClient, rng: Random) -> None:
    """Ask one question, with new names wherever a name fits."""

    def name() -> str:
        return f"{rng.getrandbits(128):032x}"

    kind = rng.randrange(10)
    try:
        if kind == 0:
            await client.get_user(name())
        elif kind == 1:
            await client.list_similar_items([name()], timeout_s=PATIENCE_S)
        elif kind == 2:
            await client.get_item(name(), timeout_s=PATIENCE_S)
        else:
            await client.recommend(
                name(),
                user_id=name(),
                session_id=name(),
                placement=name(),
                context={name(): name()},
                context_item_ids=[name()],
                exclude_item_ids=[name()],
                page_size=2,
                timeout_s=PATIENCE_S,
            )
    except NotFoundError:
        assert kind in (0, 1, 2)


async def flood(client: AsyncClient, rng: Random, count: int) -> None:
    async def some() -> None:
        for _ in range(count // AT_ONCE):
            await ask(client, rng)

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


@pytest.mark.thorough  # tests/properties/test_reads.py asks an engine, and measures its memory
@pytest.mark.timeout(3_600 if IS_SOAK else 600)
@pytest.mark.parametrize("seed", seeds(1)[:1])
async def test_memory_stays_flat(seed, tmp_path, tally):
    rng, server = Random(seed), Server(tmp_path / "data")
    async with serving(server), AsyncClient(server.address) as client:
        await client.upsert_items([Item(f"i{n}") for n in range(20)])
        await client.feedback([Event("click", "v", items=[f"i{n}"]) for n in range(20)])
        process = psutil.Process(server.pid)
        await flood(client, rng, FIRST)
        before, resident = await server.model(), process.memory_info().rss
        await flood(client, rng, QUESTIONS - FIRST)
        grown = process.memory_info().rss - resident
        after = await server.model()
        assert await server.stop() == 0
    tally(12, seed, faults=QUESTIONS)
    assert (after.offset, after.digest) == (before.offset, before.digest)
    assert after.memory_bytes == pytest.approx(before.memory_bytes, rel=0.01)
    assert grown < GROWTH_BYTES_MAX, f"{grown:,} bytes more after {QUESTIONS:,} questions"
