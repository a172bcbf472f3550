"""Acts that are asked about in runs have the ranks, and leave the state, of asking one by one."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from headwater_server.engine.asked.asked_acts import AskedAct, AskedActs
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.tally import rank_of

DAY_MS = 86_400_000
PLAIN = EngineSettings()
SETTINGS = {
    "plain": PLAIN,
    "hiding": EngineSettings(hide_days={"purchase": 30.0, "click": 0.001}),
    "few places": EngineSettings(items_max=120, event_items_max=100, visitors_max=25),
    "diverse": EngineSettings(diversity="low"),
    "seldom ranked": EngineSettings(ranker_every=3),
    "a limit": EngineSettings(visitor_events_per_minute_max=2),
}


def _acts(seed: int, count: int, *, is_odd: bool) -> Iterator[AskedAct]:
    """Yield acts in order of time; odd ones also of accounts, in sessions, refusals, late."""
    rng, latest, time_ms = random.Random(seed), {}, 100 * DAY_MS
    for number in range(count):
        time_ms += rng.choice((0, 1_000, 20_000, 3_000_000))
        visitor, odd = f"v{int(rng.paretovariate(0.7)) % 40}", is_odd and rng.random() < 0.2
        # new items all the time: they may be on no list before their first act
        item = f"i{int(rng.paretovariate(0.6)) % (60 + number)}"
        kind = rng.choice(("view", "click", "purchase", "dislike")) if odd else "click"
        late_ms = rng.choice((0, 0, 2_000, DAY_MS)) if odd else 0
        event = Event(
            f"e{number}",
            kind,
            visitor,
            user_id=f"u{len(visitor)}" if odd and rng.random() < 0.3 else "",
            session_id=rng.choice(("", "s1")) if odd else "",
            items=(EventItem(item),),
            event_time_ms=time_ms - late_ms,
            placement=rng.choice(("", "home")) if odd else "",
        )
        before = latest.get(visitor)
        asks = kind != "dislike" and item != before and rng.random() < 0.95
        excluded = () if before is None else (before,)
        if odd and rng.random() < 0.2:
            excluded += (f"i{rng.randrange(50)}",)
        yield AskedAct(event, excluded if asks else None)
        latest[visitor] = item


def _engine(settings: EngineSettings) -> Engine:
    engine = Engine(settings)
    words = ("red", "blue", "oak", "cup", "tent")
    items = [
        Item(f"i{n}", title=f"{words[n % 5]} {words[n % 3]}", available=n % 7 > 0)
        for n in range(0, 60, 2)
    ]
    engine.apply(Entry(1, tuple(map(ItemWrite, items)), imported=True))
    return engine


def _one_by_one(engine: Engine, acts):
    for event, excluded in acts:
        rank, time_ms = None, event.event_time_ms
        if excluded is not None:
            request = RecommendRequest(
                event.visitor_id, event.event_id, exclude_item_ids=excluded, explore=False
            )
            rank = rank_of(event.items[0].item_id, engine.recommend(request, time_ms).results)
        yield engine.apply(Entry(time_ms, (event,), imported=True))[0], rank


@pytest.mark.parametrize("is_odd", [False, True], ids=["alike", "odd"])
@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
def test_ranks_and_state_are_those_of_asking_one_by_one(settings, is_odd):
    runs, single = _engine(settings), _engine(settings)
    asked = AskedActs(runs, rank_of).learning(_acts(3, 700, is_odd=is_odd))
    found, expected = list(asked), list(_one_by_one(single, _acts(3, 700, is_odd=is_odd)))
    assert found == expected
    assert runs.digest() == single.digest()
    assert len({rank for _, rank in found}) > 10


def test_most_are_asked_by_the_kernel(monkeypatch):
    engine, asked = _engine(PLAIN), []
    recommend = engine.recommend
    monkeypatch.setattr(
        engine, "recommend", lambda *args, **named: asked.append(1) or recommend(*args, **named)
    )
    assert len(list(AskedActs(engine, rank_of).learning(_acts(5, 600, is_odd=False)))) == 600
    assert len(asked) < 200  # the first ones, while few items are popular


def _click(number: int, item: int, visitor: str) -> Event:
    items = (EventItem(f"i{item}"),)
    return Event(f"e{number}", "click", visitor, items=items, event_time_ms=1_000 * number)


def _with_few_popular() -> Engine:
    """Return a shop whose popular items are unavailable: another order fills each list."""
    engine = Engine(PLAIN)
    clicks = [_click(k, k % 30 if k < 150 else k - 120, f"a{k}") for k in range(210)]
    engine.apply(Entry(210_000, tuple(clicks), imported=True))
    gone = tuple(ItemWrite(Item(f"i{k}", available=False)) for k in range(29))
    engine.apply(Entry(210_000, gone))
    return engine


def test_what_fills_a_list_knows_the_acts_of_its_own_run():
    runs, single, rng = _with_few_popular(), _with_few_popular(), random.Random(1)
    clicks = [_click(210 + k, rng.randrange(70, 90), f"c{k}") for k in range(90)]
    acts = [AskedAct(click, ()) for click in clicks]
    found = list(AskedActs(runs, rank_of).learning(acts))
    assert found == list(_one_by_one(single, acts))
    assert runs.digest() == single.digest()
