"""The past that the golden log holds: a seeded shop, and one of everything that a log may hold."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

from headwater_server.engine.engine import Engine
from headwater_server.engine.intake.deduplication import erased_event
from headwater_server.engine.messages.entries import (
    AcknowledgedLost,
    Build,
    Entry,
    Item,
    ItemDelete,
    ItemWrite,
    KeyChange,
    Mark,
    Operation,
    QuarantineChange,
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
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.messages.rules import RuleDelete, RuleWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop import ShopItem
from headwater_server.evaluation.simulator import Shopper, Simulator

SEED = 20_261_124
GROUPED = ("group_id", "image_uri", "uri")
START_MS = 1_700_000_000_000
VISITS = 600
PAGE_SIZE = 8
HOUR_MS = 3_600_000
WILD_TIMES_MS = (0, START_MS - 900 * 24 * HOUR_MS, START_MS + 900 * 24 * HOUR_MS)
SETTINGS = EngineSettings(
    # small, so that windows end and the oldest are evicted within the golden log
    hide_days={"purchase-complete": 0.02},
    deduplication_window_hours=6.0,
    deduplication_ids_max=700,
    visitors_max=90,
    items_max=800,
    seed=SEED,
)
ARMS = ExperimentArm("a"), ExperimentArm("b", "bold")
EXPERIMENT = Experiment(
    "all-along",
    ARMS,
    primary=Primary("reward", 600.0),
    guard_rails=(GuardRail("purchases", -0.5),),
    visitors_planned=100,
)

KEY = '{"kind":"backend","mark":"0000","name":"golden","scopes":["all"]}'


def golden_entries() -> Iterator[Entry]:
    """Yield the entries of the golden log in order; the engine that was asked is its own fold."""
    engine, random, simulator = Engine(), Random(SEED), Simulator(SEED, shoppers_count=120)
    time_ms, waiting = START_MS, _shop(simulator.shop.items)
    for visit in range(VISITS):
        shopper = random.choice(simulator.shoppers)
        waiting += _visit(engine, simulator, shopper, visit, time_ms, random)
        waiting += _odds(engine, waiting, visit, time_ms, random)
        time_ms += random.choice((1, 2_000, 60_000, 120_000, 400_000))
        if random.random() < 0.4:
            entry = Entry(time_ms, tuple(waiting))
            engine.apply(entry)
            yield entry
            waiting = []
    yield Entry(time_ms, (*waiting, Mark("the end")))


def _shop(items: tuple[ShopItem, ...]) -> list[Operation]:
    writes = [
        ItemWrite(
            Item(item.item_id, item.title, (item.category_name,), item.price, "EUR"),
            set_time_ms=START_MS,
        )
        for item in items[::2]  # the others come into being with their first event
    ]
    begin: list[Operation] = [
        Build("golden", Engine.STATE_VERSION, "river"),
        AcknowledgedLost(3, 4, "1-0", "2-0", ("lost",), 1, is_partial=True, who="golden"),
        QuarantineChange("golden", "replay", 3, learned=2),
        KeyChange("golden", (KEY,)),
        SessionEnd("golden", START_MS + 1_000, "golden"),
        SourceAdvance("clicks", "0", "7", "8", operations=1, messages=1),  # of a second reader
        ItemWrite(Item("never-counts")),
        PolicyWrite("bold", '{"exploration_temperature":0.5}', "golden"),
        PolicyWrite("varied", '{"diversity":"low"}', "golden"),
        ExperimentWrite(EXPERIMENT, "golden"),
    ]
    return [SettingsChange(SETTINGS), *begin, *writes]


def _visit(
    engine: Engine, simulator: Simulator, shopper: Shopper, visit: int, time_ms: int, random: Random
) -> list[Operation]:
    """Show a list, and do what the shopper does with it."""
    account = f"account-{shopper.visitor_id}" if random.random() < 0.3 else ""
    request = RecommendRequest(
        shopper.visitor_id, f"r{visit}", account, placement="home", page_size=PAGE_SIZE
    )
    answer = engine.recommend(request, time_ms)
    shown = tuple(result.item_id for result in answer.results)
    chances = tuple(result.propensity for result in answer.results)
    slate = Slate(f"r{visit}", answer.policy, "home", shown, chances, arms=answer.arms)
    came = simulator.visit(shopper, shown)
    acts = [("impression", came.seen, 1)] if came.seen else []
    acts += [(act.event_type, (act.item_id,), act.position) for act in came.acts]
    return [
        Event(
            f"e{visit}-{n}",
            kind,
            shopper.visitor_id,
            account,
            items=tuple(EventItem(item) for item in items),
            event_time_ms=time_ms - random.choice((0, 0, 1_000)),
            placement="home",
            position=position,
            context=(("device", random.choice(("mobile", "desktop"))),),
            slate=slate if shown else None,
            source="0123456789abcdef",
        )
        for n, (kind, items, position) in enumerate(acts)
    ]


def _odds(
    engine: Engine, waiting: list[Operation], visit: int, time_ms: int, random: Random
) -> list[Operation]:
    """Return what else comes to a log: retries, poison, wild clocks, what the shop writes."""
    item, visitor = f"item-{random.randrange(900)}", f"shopper-{random.randrange(120)}"
    act = Event(f"odd-{visit}", "view", visitor, items=(EventItem(item),))
    event = next((o for o in waiting if isinstance(o, Event)), act)
    kinds: tuple[list[Operation], ...] = (
        [event],
        [replace(event, items=(EventItem("item-1"),))],
        [replace(act, event_type="no-such-type")],
        [replace(act, items=(EventItem(item, float("inf")),))],
        [replace(act, event_time_ms=random.choice(WILD_TIMES_MS))],
        [
            replace(
                act, event_type=random.choice(("dislike", "return", "dismiss", "rating")), value=4
            )
        ],
        [ItemWrite(Item(item, available=random.random() < 0.5), ("available",))],
        [ItemWrite(Item(item, "Renamed", ("odd",), 3.5, "EUR"), set_time_ms=START_MS - 1)],
        [ItemWrite(Item(item, group_id="odd", image_uri="/odd.jpg", uri="/odd"), GROUPED)],
        [ItemDelete(item)],
        [UserWrite(f"account-{visitor}", (("country", "SE"), ("age", 30.0 + visit)))],
        [UserErase(f"account-{visitor}", (visitor,))],
        [SettingsChange(replace(SETTINGS, session_gap_minutes=20.0 + visit % 3))],
        [Mark(f"mark-{visit}")],
        [replace(act, from_page=True)],
        [replace(act, event_type="logout", items=())],
        [VisitorUnlink(visitor)],
        [erased_event(replace(act, event_id=f"gone-{visit}"))],
        [PolicyWrite(f"p{visit % 5}", random.choice(('{"diversity":"none"}', '{"seed":1}')))],
        [PolicyPromote("varied", force_reason="golden")],
        [PolicyRollback("varied", "golden")],
        [ExperimentWrite(_short(visit))],
        [_rule(visit)],
        [RuleDelete(f"rule {visit % 3}", "golden", to_settings=visit % 2 == 0)],
        [ExperimentStop(f"short-{(visit - 10) // 20}", random.choice(("", "b")), "golden")],
    )
    return random.choice(kinds) if random.random() < 0.35 else []


def _rule(visit: int) -> RuleWrite:
    """Return a rule; every third one is malformed, and every fifth was read long ago."""
    name = f"rule {visit % 3}"
    slot = visit % 3 and visit % 7 + 1
    rule = f'{{"item_ids":["item-{visit}"],"kind":"pin","name":"{name}","slot":{slot}}}'
    return RuleWrite(name, rule, "golden", revision=0 if visit % 5 == 0 else None)


def _short(visit: int) -> Experiment:
    """Return an experiment of some twenty visits; or what changes one."""
    return Experiment(
        f"short-{visit // 20}",
        (ExperimentArm("a"), ExperimentArm("b")),
        layer=f"layer-{visit // 20 % 2}",
        share=0.4,
        visitors_max=10 + visit % 3,
        end_time_ms=START_MS + visit // 20 * HOUR_MS,
    )
