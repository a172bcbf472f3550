"""A log of everything that operations can be, made from a seed, for the tests of the fold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from random import Random

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.deduplication import erased_event
from headwater_server.engine.messages.entries import (
    Build,
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    KeyChange,
    Mark,
    Operation,
    SessionEnd,
    SettingsChange,
    SourceAdvance,
    UserErase,
    UserWrite,
    VisitorUnlink,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.settings import EngineSettings

DAY_MS = 86_400_000
START_MS = 20_000 * DAY_MS + 80_000_000  # so that days end within the log
SMALL = EngineSettings(
    rankers={"fast": "listwise(rate=0.2)"},
    hide_days={"purchase": 1.0},
    attribution_window_minutes=4.0,
    deduplication_ids_max=400,
    deduplication_window_hours=3.0,
    visitors_max=180,
    items_max=190,
    event_items_max=120,
    figures_items_max=3,
    figures_days=2,
    visitor_events_per_minute_max=90,
    source_events_per_minute_max=0,
)
OTHERS = (
    replace(SMALL, source_events_per_minute_max=60, event_items_max=40),
    replace(SMALL, group_by="parent", variants_max=2, figures_day_offset_hours=5.0),
    replace(SMALL, rankers={"fast": "listwise(rate=0.2)", "slow": "listwise(rate=0.01)"}),
    replace(SMALL, visitors_max=45, figures_items_max=6, rules=[
        {"name": "two", "kind": "cap", "field": "categories", "most": 2}
    ]),
)  # fmt: skip
KINDS = ("view",) * 14 + (
    "add-to-cart", "purchase", "order", "rating", "like", "dislike", "dismiss", "return",
    "logout", "junk",
)  # fmt: skip


class Shop:
    """Makes operations; those that answers appear in are asked from ``engine``, its own fold."""

    def __init__(self, seed: int, *, is_import: bool = False) -> None:
        self.rng, self.engine = Random(seed), Engine(SMALL)
        self.time_ms, self.number, self._is_import = START_MS, 0, is_import

    def entries(self, count: int) -> Iterator[Entry]:
        """Yield that many entries in order; what an entry holds was asked before it."""
        for place in range(count):
            entry = Entry(self.time_ms, tuple(self._operations(place)), self._is_import)
            self.engine.apply(entry)
            yield entry
            self.time_ms += self.rng.choice((7, 900, 20_000, 70_000, 400_000, 7_000_000, -3_000))

    def _operations(self, place: int) -> Iterator[Operation]:
        if place == 0:
            for number in range(40):
                yield self._item(number)
            yield PolicyWrite("bold", '{"exploration_temperature":0.5}')
            yield PolicyWrite("quick", '{"ranker":"fast","rules":[]}')
        for _ in range(self.rng.choice((1, 5, 20, 40))):
            yield from self._some()

    def _some(self) -> Iterator[Operation]:
        if self.rng.random() < 0.15:  # a run of plain acts, which are noted together
            for _ in range(self.rng.choice((6, 15, 60))):
                yield self._plain()
        elif self.rng.random() < 0.7:
            yield self._act()
        elif self.rng.random() < 0.4:
            yield from self._shown()
        else:
            yield self._odd()

    def _id(self) -> str:
        self.number += 1
        return f"e{max(0, self.number - self.rng.choice((0,) * 30 + (1, 30)))}"

    def _visitor(self) -> str:
        return f"v{int(self.rng.paretovariate(0.6)) % 80}"

    def _item_id(self) -> str:
        return f"i{int(self.rng.paretovariate(0.5)) % 140}"

    def _item(self, number: int) -> ItemWrite:
        rng = self.rng
        item = Item(
            f"i{number}", f"thing {number % 7}", (f"c{number % 5}",), rng.choice((None, 3.5, 20.0)),
            rng.choice(("", "EUR")), rng.random() < 0.95, group_id=rng.choice(("", "g1", "g2")),
            features=(("parent", f"p{number % 9}"),),
        )  # fmt: skip
        fields = rng.choice(((), (), ("group_id",), ("price", "available")))
        return ItemWrite(item, fields, rng.choice((None, None, self.time_ms - 5_000)))

    def _plain(self) -> Event:
        kind = self.rng.choice(("view",) * 12 + ("purchase", "like"))
        item = EventItem(self._item_id(), price=self.rng.choice((None, 9.0)))
        time_ms = self.rng.choice((None, self.time_ms - 4_000))
        visitor = f"w{self.rng.randrange(60)}" if self.rng.random() < 0.9 else self._visitor()
        source = self.rng.choice(("", "a"))
        return Event(self._id(), kind, visitor, items=(item,), event_time_ms=time_ms, source=source)

    def _act(self, slate: Slate | None = None, item_id: str = "", visitor: str = "") -> Event:
        rng, kind = self.rng, self.rng.choice(KINDS)
        is_plain = rng.random() < 0.6
        from_page = not is_plain and rng.random() < 0.4
        count = 1 if is_plain or rng.random() < 0.7 else 3
        ids = [item_id or self._item_id(), *(self._item_id() for _ in range(count - 1))]
        prices = (None, None, 9.0)
        items = tuple(
            EventItem(one, rng.choice((1.0, 1.0, 3.0)), rng.choice(prices), rng.choice(("", "USD")))
            for one in ids
        )
        return Event(
            self._id(),
            kind,
            visitor or self._visitor(),
            "" if is_plain or from_page else rng.choice(("", "", "u1", "u2")),
            rng.choice(("", "s1", "s2")),
            () if kind == "logout" else items,
            4.0 if kind == "rating" else rng.choice((None, 12.0)),
            rng.choice((None, self.time_ms, self.time_ms - 5_000, self.time_ms + 2_000)),
            slate=slate,
            placement="" if is_plain else rng.choice(("", "home", "detail")),
            context=() if is_plain else rng.choice(((), (("device", "mobile"),))),
            source=rng.choice(("", "a", "b")),
            from_page=from_page,
            self_asked=from_page and rng.random() < 0.5,
            reward=None if is_plain else rng.choice((None, None, 0.3, -0.4)),
        )

    def _shown(self) -> Iterator[Operation]:
        """Show a list, report some of its slots, and act on one, often twice."""
        visitor, rng = self._visitor(), self.rng
        request = RecommendRequest(visitor, f"r{self.number}", placement="home", page_size=6)
        answer = self.engine.recommend(request, self.time_ms)
        shown = tuple(one.item_id for one in answer.results)
        if not shown:
            return
        chances = tuple(one.propensity for one in answer.results)
        slate = Slate(f"r{self.number}", answer.policy, "home", shown, chances, arms=answer.arms)
        seen = tuple(EventItem(one) for one in shown[: rng.randint(1, 6)])
        report = replace(self._act(slate, visitor=visitor), event_type="impression", items=seen)
        yield replace(report, reward=None, value=None)
        if rng.random() < 0.6:
            chosen = rng.choice(shown)
            yield self._act(slate if rng.random() < 0.5 else None, chosen, visitor)
            yield self._act(None, chosen, visitor)

    def _odd(self) -> Operation:
        rng, visitor, item = self.rng, self._visitor(), self._item_id()
        account = rng.choice(("u1", "u2"))
        rule = f"rule {rng.randrange(3)}"
        makers = (
            lambda: self._item(int(item[1:])),
            lambda: ItemDelete(item, who="ann"),
            lambda: UserWrite(account, (("tier", rng.choice("ab")),)),
            lambda: UserErase(account, (visitor,), "ann"),
            lambda: UserErase("", (visitor,), "ann"),
            lambda: VisitorUnlink(visitor),
            lambda: erased_event(Event(self._id(), "view", visitor)),
            lambda: SourceAdvance("orders", "0", rng.choice(("", "1")), "1", operations=3),
            lambda: Mark("m"),
            lambda: Build("1", 7, rng.choice("ab")),
            lambda: KeyChange("eve", (_key("1f3a", rng.choice("ab")),) * rng.randrange(2)),
            lambda: KeyChange("eve", (), "rotated", "token keys: key 2"),
            lambda: SessionEnd(f"s{rng.randrange(3)}", self.time_ms + 600_000, "eve"),
            lambda: self._rule(rule),
            lambda: self._rule(rule),
            lambda: RuleDelete(rule, "eve", "why", to_settings=rng.random() < 0.5),
            lambda: PolicyPromote(rng.choice(("bold", "quick")), force_reason="so", who="eve"),
            lambda: PolicyRollback(who="eve"),
            lambda: ExperimentWrite(self._experiment(), "eve"),
            lambda: ExperimentStop(f"x{rng.randrange(2)}", rng.choice(("", "b")), "enough"),
            lambda: SettingsChange(rng.choice((SMALL, *OTHERS)), "eve"),
        )
        made: Operation = rng.choice(makers)()
        return made

    def _rule(self, name: str) -> RuleWrite:
        rng = self.rng
        rules = (
            {"kind": "pin", "slot": rng.randint(1, 3), "item_ids": [self._item_id()]},
            {"kind": "boost", "filter": 'categories: ANY("c1")', "by": 0.5},
            {"kind": "cap", "field": "categories", "most": 1},
            {"kind": "hide", "event_types": ["like"], "days": 1},
        )
        value = {"name": name, **rng.choice(rules)}
        return RuleWrite(name, json.dumps(value), "eve", revision=rng.choice((None, None, 0)))

    def _experiment(self) -> Experiment:
        control = self.rng.choice(("", "popular"))  # a hold-out keeps sums by day, too
        other = self.rng.choice(("bold", "quick"))
        arms = ExperimentArm("a", control), ExperimentArm("b", other)
        name = f"x{self.rng.randrange(2)}"
        return Experiment(
            name, arms, layer=name, primary=Primary("reward", 600.0), visitors_planned=100
        )


def _key(mark: str, name: str) -> str:
    return json.dumps({"kind": "backend", "mark": mark, "name": name, "scopes": ["all"]})
