"""Row 3: the call happened, and its answer was lost. For every Redis call, and for Feedback."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from headwater import AsyncClient, Event, EventStatus, Item
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.call_proxy import call_proxy
from tests.system.crash.load import load_on, not_remembered
from tests.system.crash.oracle import fold_of, judge
from tests.system.crash.real_store import BACKENDS, running_store
from tests.system.crash.seeds import seeds
from tests.system.crash.server import Server, serving
from tests.system.crash.store_proxy import store_proxy

APPEND, TRIM = "EVALSHA append.lua", "EVALSHA trim.lua"
OFTEN_CALLED = {APPEND, TRIM, "EVALSHA publish.lua", "EVALSHA report.lua", "XREAD"}
ROUNDS = 3
OFTEN = ("--snapshot-entries", "20", "--log-entries-kept-min", "20")
STARTS = 2
EVENTS_FIRST = 200  # acknowledged before any cut; snapshots and trimming are among the calls then


async def learned(server):
    return (await server.model(compute_digest=False)).counts["events_learned"]


def backend_of(seed):
    return BACKENDS[seed % len(BACKENDS)]


@pytest.mark.thorough  # tests/simulation loses the answers of the log, too
@pytest.mark.parametrize("seed", seeds(1))
async def test_answers_of_the_store_are_lost_one_kind_after_the_other(seed, tmp_path, tally):
    rng = Random(seed)
    async with (
        running_store(backend_of(seed), tmp_path / "store") as store,
        store_proxy(store.path) as proxy,
    ):
        archived = StorageSettings(archive_dir=tmp_path / "archive")
        archive = ("--archive-dir", str(archived.archive_dir))
        server = Server(tmp_path / "serve", *OFTEN, *archive, redis_url=proxy.url)
        async with serving(server):
            async with load_on([server.address], seed, clients=3, batch=1) as load:
                kinds = await kinds_under_load(proxy, load)
                rng.shuffle(kinds)
                for kind in kinds:
                    await cut_once(proxy, kind)
                    await load.reaches(rng.randrange(1, 9))  # it goes on
            forgotten = await not_remembered(server.address, list(load.acknowledged.values()))
            model = await server.model()
        found = await judge(load.acknowledged, [model], redis_url=store.url, settings=archived)
    tally(
        3, seed, faults=proxy.cuts.total(), acknowledged=found.acknowledged,
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not forgotten
    assert set(proxy.cuts) >= OFTEN_CALLED, (proxy.cuts, set(kinds))
    assert load.statuses[EventStatus.EXISTS] > 0


async def kinds_under_load(proxy, load):
    """Return every kind of call that a serving server makes; those of its start are not of them."""
    at_start = proxy.calls.copy()
    await load.reaches(EVENTS_FIRST)
    await eventually(lambda: set(proxy.calls - at_start) >= OFTEN_CALLED)
    return list(proxy.calls - at_start)


async def cut_once(proxy, kind):
    """Lose the next answer of a kind; of a rare one give up after some rounds of trimming.

    A report of a replica comes with the clock, once a second: many rounds may pass before it.
    """
    enough = float("inf") if kind in OFTEN_CALLED else proxy.calls[TRIM] + ROUNDS
    proxy.cut_after(kind)
    await eventually(lambda: not proxy.is_armed or proxy.calls[TRIM] > enough)
    proxy.disarm()


@pytest.mark.parametrize("seed", seeds(1))
async def test_an_answer_lost_at_the_start_is_made_up_for(seed, tmp_path, tally):
    """Each start, one more answer is lost: it starts all the same, by itself."""
    async with (
        running_store(backend_of(seed), tmp_path / "store") as store,
        store_proxy(store.path) as proxy,
    ):
        server = Server(tmp_path / "serve", redis_url=proxy.url)
        async with serving(server), AsyncClient(server.address) as client:
            answer = await client.feedback([Event("click", "v", items=["a"])])
        assert answer.results[0].status is EventStatus.CREATED
        before = await fold_digest(store.url)
        kinds = sorted(proxy.calls)
        for kind in Random(seed).sample(kinds, STARTS):
            proxy.cut_after(kind)
            await server.start()
            assert await server.stop() == 0
            proxy.disarm()
        async with serving(server):
            model = await server.model()
    tally(3, seed, faults=proxy.cuts.total(), acknowledged=1)
    assert model.counts["events_learned"] == 1
    assert model.digest == before


async def fold_digest(url):
    async with open_storage(StorageSettings(), redis_url=url) as storage:
        return (await fold_of(storage)).engine.digest()


@pytest.mark.parametrize("seed", seeds(1))
async def test_the_answer_to_feedback_is_lost(seed, tmp_path, tally):
    """The client hears nothing of what was learned; what it sends again EXISTS."""
    server, rounds = Server(tmp_path / "data"), 5
    events = [[Event("click", f"v{r}", items=["a", "b"])] for r in range(rounds)]
    async with serving(server):
        async with call_proxy(server.address) as proxy, AsyncClient(proxy.address) as client:
            await client.upsert_items([Item("a"), Item("b")])
            for number, batch in enumerate(events):
                proxy.hold()
                sending = asyncio.create_task(client.feedback(batch, timeout_s=PATIENCE_S))
                await eventually(lambda n=number: is_learned(server, n + 1))
                assert not sending.done()
                await proxy.cut()
                answer = await sending
                assert [r.status for r in answer.results] == [EventStatus.EXISTS]
        model = await server.model()
        assert await server.stop() == 0
    ids = [event.event_id for batch in events for event in batch]
    found = await judge(ids, [model], data_dir=tmp_path / "data")
    tally(
        3, seed, faults=rounds, acknowledged=len(ids),
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert model.counts["events_learned"] == rounds


async def is_learned(server, count):
    return await learned(server) >= count
