"""Every list that was shown is asked again, from the log alone, and comes back byte for byte."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import count

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Build, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.replay.replay import AskedAgain, Replay, asked_again
from headwater_server.evaluation.replay.shown import Shown, shown_in
from headwater_server.replica.ports.position import START, Position
from headwater_server.replica.reads import repeatable
from headwater_server.replica.replica import Replica
from headwater_server.storage.storage import Storage
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S

ITEMS = [f"item-{n:03}" for n in range(60)]
NUMBERS = count()
QUICK = EngineSettings(attribution_window_minutes=0.002)  # so that Thompson sampling begins soon
THOMPSON = EngineSettings(exploration_policy="thompson")


def kinds(n: int) -> list[RecommendRequest]:
    """One request of each kind."""
    plain = RecommendRequest(f"v{n % 9}", recommendation_id="", placement="home", page_size=6)
    return [
        plain,
        replace(plain, filter='categories: ANY("tea") AND price < 40', session_id=f"s{n % 5}"),
        replace(plain, candidate_item_ids=tuple(ITEMS[n % 30 : n % 30 + 25]), page_size=4),
        replace(plain, exclude_item_ids=tuple(ITEMS[: n % 20]), explore=False),
        replace(plain, context_item_ids=(ITEMS[n % 60],), placement="product", diversity="high"),
        replace(plain, user_id=f"u{n % 4}", context=(("device", "phone"), ("hour", 7.0))),
        replace(plain, objective=("purchases", "revenue")[n % 2], diversity=("", "low")[n % 2]),
        replace(plain, visitor_id=f"stranger {n}", from_page=True, context=(("town", "Kiel"),)),
    ]


async def filled(replica: Replica) -> None:
    writes = [
        ItemWrite(Item(name, title=f"tea {name}", categories=("tea",) * (n % 2), price=float(n)))
        for n, name in enumerate(ITEMS)
    ]
    await replica.upsert_items(writes, PATIENCE_S)


async def bulk(replica: Replica, stop: asyncio.Event) -> None:
    """A backend sends batches until ``stop``; then all that it sent is applied."""
    while not stop.is_set():
        events = [click(next(NUMBERS)) for _ in range(80)]
        await replica.feedback([(event, "") for event in events], PATIENCE_S)


def click(n: int) -> Event:
    return Event(f"b{n}", "view", f"v{n % 11}", items=(EventItem(ITEMS[n * n % 60]),))


async def visit(replica: Replica, request: RecommendRequest, tokens: Sequence[str] = ()) -> str:
    """Ask, report the list as seen, act on its first item; return its token."""
    answer = await replica.recommend(
        request, exclude_tokens=tokens, min_offset="", time_remaining_s=PATIENCE_S
    )
    who, token = (request.visitor_id, request.user_id), answer.attribution_token
    seen = Event(f"i{next(NUMBERS)}", "impression", *who, placement=request.placement)
    item = EventItem(answer.recommendation.results[0].item_id)
    number = next(NUMBERS)
    kind = "purchase" if number % 3 == 0 else "click"
    act = Event(f"a{number}", kind, *who, items=(item,), reward=None if number % 2 else 0.5)
    await replica.feedback([(seen, token), (act, token)], PATIENCE_S)
    return token


async def visits(replica: Replica, rounds: int) -> int:
    """Visit in all kinds, several at once, beside a backend that sends batches."""
    stop, made = asyncio.Event(), 0
    sending = asyncio.create_task(bulk(replica, stop))
    for n in range(rounds):
        tokens = await asyncio.gather(*(visit(replica, one) for one in kinds(n)))
        await visit(replica, kinds(n)[0], tokens[:2])
        made += len(tokens) + 1
    stop.set()
    await sending
    return made


async def shown_lists(storage: Storage) -> list[Shown]:
    entries = [logged async for logged in storage.log.iterate(START)]
    return [one for logged in entries for one in shown_in(logged.entry.operations)]


async def again(storage: Storage, engine: Engine, position: Position) -> list[AskedAgain]:
    replay = Replay(storage.log, engine, position)
    return [one async for one in asked_again(replay, await shown_lists(storage))]


async def test_every_list_is_the_same_when_it_is_asked_again(storage: Storage) -> None:
    """Beside bulk batches, after a restart from a snapshot, under two policies of exploration."""
    async with running_replica(storage, engine_type=Engine, engine_settings=QUICK) as replica:
        await filled(replica)
        made = await visits(replica, 14)
        counts = (await replica.model(compute_digest=False)).counts
    async with running_replica(
        storage,
        engine_type=Engine,
        engine_settings=THOMPSON,
        given=frozenset(["exploration_policy"]),
    ) as replica:
        made += await visits(replica, 6)
        engine_digest = (await replica.model(compute_digest=True)).digest
        for name, number in (await replica.model(compute_digest=False)).counts.items():
            counts = {**counts, name: counts.get(name, 0) + number}
    shown = await shown_lists(storage)
    replayable = [one for one in shown if one.is_replayable]
    assert len(shown) == made
    assert counts[repeatable.REPLAYABLE] == len(replayable)
    assert counts[repeatable.WITHIN] == made - len(replayable) <= made // 50
    assert any(one.slate.operations for one in replayable), "some were half-way in an entry"
    assert any(one.slate.windows for one in replayable), "or between two windows that closed"
    engine = Engine()
    found = await again(storage, engine, START)
    assert [one for one in found if not one.is_same] == []
    assert len(found) == len(replayable)
    assert {one.shown.slate.policy for one in found} == {"best", "plackett_luce", "thompson"}
    assert engine.digest() == engine_digest == await folded_digest(storage, Engine)


async def test_a_snapshot_and_the_log_after_it_answer_the_same(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await filled(replica)
        await visits(replica, 2)
    meta = (await storage.snapshots.published())[0]
    async with running_replica(storage, engine_type=Engine, snapshot_on_stop=False) as replica:
        made = await visits(replica, 3)
    engine = Engine.restore(await storage.snapshots.load(meta))
    found = await again(storage, engine, meta.position)
    later = [one for one in await shown_lists(storage) if one.place >= (meta.position.sequence, 0)]
    assert [one for one in found if not one.is_same] == []
    assert len(found) == sum(one.is_replayable for one in later) >= made - 1


async def test_what_cannot_be_asked_again_is_marked_and_counted(storage: Storage) -> None:
    """A long question, an impression by another visitor of the account, and acts."""
    plain = RecommendRequest("ann", recommendation_id="", placement="home", user_id="anna")
    async with running_replica(storage, engine_type=Engine, question_bytes_max=30) as replica:
        await filled(replica)
        await visit(replica, replace(plain, candidate_item_ids=tuple(ITEMS)))
        answer = await replica.recommend(plain, min_offset="", time_remaining_s=PATIENCE_S)
        phone = Event("phone", "impression", "other", "anna")
        own = Event("own", "impression", "ann")
        token = answer.attribution_token
        await replica.feedback([(phone, token), (own, token)], PATIENCE_S)
        counts = (await replica.model(compute_digest=False)).counts
        assert (counts[repeatable.LONG], counts[repeatable.REPLAYABLE]) == (1, 1)
        measured = (await replica.measurements()).counts
        assert measured[repeatable.LONG] == 1
    shown = await shown_lists(storage)
    assert [one.is_replayable for one in shown] == [False, False, True]
    assert [one.slate.unreplayable for one in shown] == [True, True, False]
    assert all(one.slate.sequence >= 2 and one.slate.time_ms for one in shown)
    entries = [logged async for logged in storage.log.iterate(START)]
    acts = [
        one
        for logged in entries
        for one in logged.entry.operations
        if isinstance(one, Event) and one.event_type in ("click", "purchase")
    ]
    assert [(act.slate.question, act.slate.time_ms > 0) for act in acts if act.slate] == [
        (None, True)
    ]


async def test_a_start_names_its_build_once(storage: Storage) -> None:
    """Several that start together, and later starts, add no second entry."""
    replicas = [running_replica(storage, engine_type=Engine) for _ in range(3)]
    opened = await asyncio.gather(*(one.__aenter__() for one in replicas))
    named = await builds(storage)
    assert [one.state_version for one in named] == [Engine.STATE_VERSION]
    assert all(one.engine.build == named[0] for one in opened)
    for one in replicas:
        await one.__aexit__(None, None, None)
    async with running_replica(storage, engine_type=Engine) as replica:
        assert replica.engine.build == named[0]
    assert await builds(storage) == named


async def builds(storage: Storage) -> list[Build]:
    entries = [logged async for logged in storage.log.iterate(START)]
    return [one for logged in entries for one in logged.entry.operations if isinstance(one, Build)]
