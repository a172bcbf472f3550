"""Figures by day equal a recount in plain Python, also after restarts in the middle of a day."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.figures.asking import GROUPS, Question, answering
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.messages.entries import Entry, SettingsChange, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.figures.recount import Act, Report, facts_of, figures, grouped, money

START_MS = 1_700_000_000_000
WINDOW_MINUTES = 30.0
NAMES = {"day": "day", "placement": "placement", "policy": "policy", "item": "item_id"}


class Shop:
    """Random visitors of a few days: lists, clicks and orders, some without a token or a price.

    ``together`` events have one time. With ``plain`` as a share, so many are of one item, without
    token and account: those that may be learned in batches.
    """

    def __init__(
        self,
        seed: int,
        events: int = 400,
        *,
        visitors: int = 6,
        together: int = 1,
        plain: float = 0,
    ) -> None:
        self._draw = random.Random(seed)
        self._visitors, self._plain = visitors, plain
        self._now_ms, self._lists = START_MS, {}
        self.entries, self.records, self.whole = [], [], {}
        for item in range(8):  # what no event has named cannot be seen
            first = Event(f"first{item}", "click", "nobody", items=(EventItem(f"i{item}"),))
            self.entries.append(Entry(START_MS, (first,)))
        for number in range(events):
            if number % together == 0:
                self._now_ms += self._draw.choice([1_000, 60_000, 900_000])
            self._one(number)

    def _one(self, number: int) -> None:
        draw, visitor = self._draw, f"v{self._draw.randrange(self._visitors)}"
        is_plain = draw.random() < self._plain
        user = draw.choice(["", "", "ann"]) if not is_plain else ""
        profile = f"u{user}" if user else f"v{visitor}"
        kinds = ["impression", "impression", "click", "view", "order", "add-to-cart"]
        kind = draw.choice(kinds[2:] if is_plain else kinds)
        items = tuple(f"i{n}" for n in draw.sample(range(8), draw.randrange(1, 4)))
        items = items[:1] if is_plain else items
        known = [slate for who, slate in self._lists.values() if who == profile]
        slate = draw.choice(known) if known and draw.random() < 0.6 and not is_plain else None
        if kind == "impression" and slate is None:
            name = f"r{number}"
            place, policy = draw.choice(["home", "basket", ""]), draw.choice(["best", "popular"])
            slate = Slate(name, policy, place, items, (1.0,) * len(items))
            self._lists[name] = profile, slate
            self.whole[name] = Report(0, profile, name, place, policy, items)
        price = draw.choice([None, 9.99, 0.1, 1234.5])
        code = "" if price is None else draw.choice(["EUR", "JPY"])
        lines = [(item, draw.choice([1.0, 2.0, 0.3]), price, code) for item in items]
        named = tuple(EventItem(*line) for line in lines)
        event = Event(f"e{number}", kind, visitor, user, items=named, slate=slate)
        self.entries.append(Entry(self._now_ms, (event,)))
        if kind == "impression":
            seen = tuple(i for i in slate.item_ids if i in items)
            where = slate.recommendation_id, slate.placement, slate.policy
            self.records.append(Report(self._now_ms, profile, *where, seen))
        else:
            of = slate.recommendation_id if slate else ""
            act = Act(self._now_ms, profile, event.event_id, kind, tuple(lines), of)
            self.records.append(act)


def answered(engine: Engine, *by: str) -> dict[tuple, dict]:
    """Return the rows of the engine as `recount.grouped` gives them."""
    question = Question(-(10**6), 10**6, frozenset(by))
    *_, found = answering(engine.parts.figures, question)
    places = [GROUPS.index(name) for name in by]
    return {tuple(key[p] for p in places): plain(row) for key, row in found.rows.items()}


def plain(row) -> dict:
    names = {"impressions": "slots"}
    counts = ["impressions", "clicks", "orders", "units"]
    if isinstance(row, Level):
        counts += ["lists", "visitors", "buyers"]
    return {n: getattr(row, names.get(n, n)) for n in counts} | {"revenue": row.money}


def only(rows: dict[tuple, dict], names) -> dict[tuple, dict]:
    return {key: {name: row[name] for name in names} for key, row in rows.items()}


@pytest.mark.parametrize("seed", range(6))
def test_each_grouping_equals_a_recount(seed: int) -> None:
    shop, engine = Shop(seed), Engine(EngineSettings(attribution_window_minutes=WINDOW_MINUTES))
    for entry in shop.entries:
        assert engine.apply(entry)[0].status is Status.CREATED
    assert engine.digest() == Engine.restore(engine.capture()).digest()
    check(Engine.restore(engine.capture()), shop)


def check(engine: Engine, shop: Shop) -> None:
    facts = facts_of(shop.records, round(WINDOW_MINUTES * 60_000), shop.whole)
    for by in ((), ("day",), ("placement",), ("policy",), ("day", "placement", "policy")):
        expected = grouped(facts, tuple(NAMES[name] for name in by))
        found = answered(engine, *by)
        assert found == only(expected, next(iter(found.values()))), by
    for by in (("item",), ("day", "item"), ("placement", "policy", "item")):
        expected = grouped(facts, tuple(NAMES[name] for name in by))
        found = answered(engine, *by)
        assert found == only(expected, next(iter(found.values()))), by
    lines = [fact for fact in facts if fact.what == "line"]
    *_, total = answering(engine.parts.figures, Question(-(10**6), 10**6))
    assert (total.shop.orders, total.shop.money) == (len({f.of for f in lines}), money(lines))
    assert total.shop.left_out == sum(fact.micros is None for fact in lines)
    whole = [fact for fact in facts if fact.placement is not None]
    assert plain(total.total)["orders"] == figures(whole)["orders"] <= total.shop.orders


def test_a_restart_in_the_middle_of_a_day_changes_no_figure() -> None:
    shop, engine = Shop(11), Engine()
    for place, entry in enumerate(shop.entries):
        engine.apply(entry)
        if place % 67 == 0:
            engine = Engine.restore(engine.capture())
    check(engine, shop)


def test_an_erasure_names_nobody_and_leaves_the_sums() -> None:
    shop, engine = Shop(3), Engine()
    for entry in shop.entries:
        engine.apply(entry)
    before, visitors = answered(engine, "placement"), len(engine.parts.figures.today.visits.rows)
    erase = UserErase("ann", tuple(f"v{n}" for n in range(6)))
    engine.apply(Entry(shop.entries[-1].time_ms, (erase,)))
    assert answered(engine, "placement") == before
    assert visitors > 0
    assert len(engine.parts.figures.today.visits.rows) == 0
    assert Engine.restore(engine.capture()).digest() == engine.digest()


def test_a_limit_that_changes_during_a_day_counts_from_then_on_also_after_a_restart() -> None:
    """A restored day has the limit in force; so the day of a server that went on has it, too."""
    engine, entries = Engine(EngineSettings(figures_items_max=1)), Shop(seed=3, events=120).entries
    more = SettingsChange(EngineSettings(figures_items_max=3), given=("figures_items_max",))
    engine.apply(Entry(entries[-1].time_ms, (*(e.operations[0] for e in entries), more)))
    again = Engine.restore(engine.capture())
    day_after = Entry(entries[-1].time_ms + 90_000_000, entries[20].operations)
    later = replace(day_after.operations[0], event_id="later")
    for one in (engine, again):
        one.apply(replace(day_after, operations=(replace(later, event_type="order"),)))
    assert len(engine.parts.figures.closed) == 1
    assert again.digest() == engine.digest()
