"""What a page makes up moves nothing that the shop knows: circumstances and positions."""

from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.models.covisitation.circumstances import PAGES, Circumstances

IDS = [f"{kind}{n}" for kind in "rso" for n in range(20)]
PROVEN = Slate("r", "best", "home", tuple(IDS), (1.0,) * len(IDS))
CONTEXTS = {
    "new ones each time": lambda n: tuple((f"m{n}-{j}", f"v{j}") for j in range(40)),
    "the same ones": lambda n: tuple((f"m{j}", f"v{j}") for j in range(40)),
}


def _click(name, item, **more):
    return Event(name, "click", f"v {name}", items=(EventItem(item),), **more)


def _weather_shop():
    """Return an engine that knows what is chosen in the rain (r…), in the sun (s…), otherwise."""
    engine, random = Engine(), Random(1)
    engine.apply(Entry(0, tuple(ItemWrite(Item(name)) for name in IDS)))
    for n in range(600):
        kind, weather = random.choice([("r", "rain"), ("s", "sun"), ("o", "")])
        context = (("weather", weather),) if weather else ()
        item = f"{kind}{min(int(random.expovariate(0.15)), 19)}"
        engine.apply(Entry(1000 * n, (_click(f"e{n}", item, context=context),)))
    return engine


def _lists(engine):
    asked = (
        RecommendRequest("stranger", "r", context=(("weather", weather),), explore=False)
        for weather in ("rain", "sun")
    )
    return [[r.item_id for r in engine.recommend(one, 10**6).results] for one in asked]


@pytest.mark.parametrize("slate", [None, PROVEN], ids=["without a token", "with a token"])
def test_circumstances_that_a_page_makes_up_change_no_list(slate):
    """T9: page events with 40 of them each do to the lists what they do without any."""
    lists = []
    for context in (lambda _: (), *CONTEXTS.values()):
        engine, random = _weather_shop(), Random(2)
        for n in range(300):
            event = _click(
                f"p{n}", random.choice(IDS), context=context(n), slate=slate, from_page=True
            )
            assert engine.apply(Entry(10**6, (event,)))[0].status is Status.CREATED
        lists.append(_lists(engine))
    assert lists[0] == lists[1] == lists[2]
    assert sum(name.startswith("r") for name in lists[0][0]) > 12


def test_circumstances_of_pages_have_a_table_of_their_own():
    """Thousands of them push out none of the shop's, nor one under which pages act often."""
    model = Circumstances(tokens_max=10, page_tokens_max=20)
    shop = [f"weather={n}" for n in range(10)]
    for _ in range(5):
        for token in [*shop, PAGES + "device=mobile"]:
            model.learn([], 1, tokens=(token,))
    for n in range(500):
        model.learn([], 2, tokens=tuple(f"{PAGES}m{n}-{j}" for j in range(40)))
    assert all(map(model.is_known, [*shop, PAGES + "device=mobile"]))
    again = Circumstances(tokens_max=10, page_tokens_max=20)
    again.load(model.state())
    assert again.lifts((PAGES + "device=mobile",), 1, 55.0) == model.lifts(
        (PAGES + "device=mobile",), 1, 55.0
    )


def test_what_only_pages_name_still_leads_their_lists():
    """A shop whose events all come from pages gets lists by their circumstances."""
    engine, random = Engine(), Random(3)
    engine.apply(Entry(0, tuple(ItemWrite(Item(name)) for name in IDS)))
    for n in range(600):
        kind, weather = random.choice([("r", "rain"), ("s", "sun"), ("o", "dry")])
        context = (("weather", weather),)
        event = _click(f"e{n}", f"{kind}{random.randrange(20)}", context=context, from_page=True)
        engine.apply(Entry(1000 * n, (event,)))
    rain, sun = _lists(engine)
    assert sum(name.startswith("r") for name in rain) > 12
    assert sum(name.startswith("s") for name in sun) > 12


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (Event("e", "impression", "v", items=(EventItem("r1"),), position=101, from_page=True),
         "position: slot 101; a list has at most 100"),
        (Event("e", "impression", "v", items=(EventItem("r1"),) * 3, position=99, from_page=True),
         "position: slot 101; a list has at most 100"),
        (Event("e", "click", "v", items=(EventItem("r1"),), position=2**31 - 1, from_page=True),
         f"position: slot {2**31 - 1}; a list has at most 100"),
        (Event("e", "impression", "v", slate=PROVEN, position=61, from_page=True),
         "position: 61, but the token's list has 60 slots"),
        (Event("e", "click", "v", items=(EventItem("r1"),), position=2**31 - 1),
         f"position: slot {2**31 - 1}; a list has at most 1000"),
    ],
)  # fmt: skip
def test_a_position_that_no_list_has_is_quarantined(event, reason):
    """T10: also where a backend sends it."""
    engine = Engine()
    engine.apply(Entry(0, (ItemWrite(Item("r1")),)))
    outcome = engine.apply(Entry(1, (event,)))[0]
    assert (outcome.status, outcome.detail) == (Status.QUARANTINED, reason)


@pytest.mark.parametrize(
    "event",
    [
        Event("e", "impression", "v", items=(EventItem("r1"),) * 2, position=99, from_page=True),
        Event("e", "impression", "v", slate=PROVEN, position=60, from_page=True),
        Event("e", "impression", "v", items=(EventItem("r1"),), position=1000),
        Event("e", "purchase", "v", items=(EventItem("r1"),) * 1000),
    ],
)
def test_a_position_within_a_list_is_learned(event):
    """The last slot counts, and a basket has no positions."""
    engine = Engine()
    engine.apply(Entry(0, (ItemWrite(Item("r1")),)))
    assert engine.apply(Entry(1, (event,)))[0].status is Status.CREATED
