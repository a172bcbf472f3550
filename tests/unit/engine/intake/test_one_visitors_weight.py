"""How far one visitor, account, or source of a page can move what strangers see: not far."""

from random import Random

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, UserErase
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.snapshot import state

TARGETS = ("sku-98", "sku-99")
ACTS = 900
DAY_MS = 86_400_000
START_MS = 1_700_000_000_000


def _event(name, visitor, item, kind="click", **more):
    return Event(name, kind, visitor, items=(EventItem(item),), **more)


@pytest.fixture(scope="module")
def captured():
    """Return the state of a shop: 300 visitors with five clicks each, within an hour."""
    engine, random = Engine(), Random(1)
    engine.apply(Entry(START_MS, tuple(ItemWrite(Item(f"sku-{n}")) for n in range(100))))
    acts = [(f"v-{n // 5}", min(99, int(random.expovariate(1 / 15)))) for n in range(1500)]
    random.shuffle(acts)
    for n, (visitor, item) in enumerate(acts):
        where = {"placement": "home", "context": (("device", "mobile"),)} if n % 2 else {}
        event = _event(f"h{n}", visitor, f"sku-{item}", **where)
        engine.apply(Entry(START_MS + 2_400 * n, (event,)))
    return engine.capture()


@pytest.fixture
def engine(captured):
    return Engine.restore([(path, _copied(value)) for path, value in captured])


def _copied(value):
    return value.copy() if hasattr(value, "copy") else value


def _send(engine, events, step_ms=100):
    """Let the engine learn events, one an entry; return how many of each status."""
    statuses = {}
    for event in events:
        entry = Entry(engine.parts.clock_ms + step_ms, (event,))
        status = engine.apply(entry)[0].status.value
        statuses[status] = statuses.get(status, 0) + 1
    return statuses


def _lists(engine):
    """Return what a stranger sees, by name: lists, trending items, items like popular ones."""
    now_ms, lookups = engine.parts.clock_ms + 1_000, engine.lookups
    asked = {
        "plain": RecommendRequest("stranger", "r", explore=False),
        "home": RecommendRequest("stranger", "r", placement="home", explore=False),
        "mobile": RecommendRequest("stranger", "r", context=(("device", "mobile"),), explore=False),
    }
    found = {name: engine.recommend(ask, now_ms).results for name, ask in asked.items()}
    for window in ("hour", "day", "week"):
        found[window] = lookups.list_trending_items("", window, 20, "", now_ms)
    for item in ("sku-0", "sku-3"):
        found[item] = lookups.list_similar_items((item,), 20, "", now_ms)
    return {name: [one.item_id for one in items] for name, items in found.items()}


def _heads(engine):
    """Return the targets that are among the first five, by list."""
    lists = _lists(engine).items()
    return {name: found for name, ids in lists if (found := set(ids[:5]) & set(TARGETS))}


def _alternating(count=ACTS, visitor="mallory", **more):
    return [_event(f"m{n}", visitor, TARGETS[n % 2], **more) for n in range(count)]


ATTACKS = {
    "alternating": _alternating(),
    "each several times in a row": [
        _event(f"m{n}", "mallory", TARGETS[n // 9 % 2]) for n in range(ACTS)
    ],
    "of several types": [
        _event(f"m{n}", "mallory", TARGETS[n // 4 % 2], kind)
        for n, kind in enumerate(["view", "click", "add-to-cart", "purchase"] * (ACTS // 4))
    ],
    "clicks and refusals": [
        _event(f"m{n}", "mallory", TARGETS[n // 2 % 2], ("click", "dismiss")[n % 2])
        for n in range(ACTS)
    ],
    "purchases": _alternating(kind="purchase"),
    "under circumstances": _alternating(placement="home", context=(("device", "mobile"),)),
    "one account, many visitors": [
        _event(f"m{n}", f"m-{n}", TARGETS[n % 2], user_id="mallory") for n in range(ACTS)
    ],
    "visitors that are linked to one account": [
        _event(f"m{n}", f"m-{n % 300}", TARGETS[n % 2], user_id="mallory" if n < 300 else "")
        for n in range(ACTS)
    ],
    "dated back, a day apart": [
        _event(f"m{n}", "mallory", TARGETS[n % 2], event_time_ms=START_MS - (ACTS - n) * DAY_MS)
        for n in range(ACTS)
    ],
}


def test_nothing_puts_the_targets_ahead_without_an_attack(engine):
    assert _heads(engine) == {}


@pytest.mark.parametrize("attack", ATTACKS)
def test_one_visitor_puts_nothing_among_the_first_five_of_strangers(engine, attack):
    assert _send(engine, ATTACKS[attack]) == {"created": ACTS}
    assert _heads(engine) == {}


def test_acts_spread_over_minutes_count_no_more(engine):
    _send(engine, _alternating(2 * ACTS), step_ms=1_000)
    assert _heads(engine) == {}


def test_a_source_with_made_up_visitors_puts_nothing_among_the_first_five(engine):
    made_up = [
        _event(f"m{n}", f"m-{n}", TARGETS[n % 2], from_page=True, source="one address")
        for n in range(1200)
    ]
    assert _send(engine, made_up, step_ms=95)["created"] >= 600
    assert _heads(engine) == {}


def _spread(each, **more):
    """Return 600 acts on the 20 least popular items in turn, of visitors with ``each`` acts."""
    return [_event(f"m{n}", f"m-{n // each}", f"sku-{80 + n % 20}", **more) for n in range(600)]


def _filled(engine):
    """Return how many of a stranger's first 20 items are among these."""
    return len({f"sku-{80 + n}" for n in range(20)} & set(_lists(engine)["plain"][:20]))


@pytest.mark.parametrize("each", [1, 5, 20])
def test_a_source_with_made_up_visitors_fills_no_list_of_strangers(engine, each):
    assert _filled(engine) == 0
    _send(engine, _spread(each, from_page=True, source="one address"))
    assert _filled(engine) <= 2


def test_as_many_honest_visitors_fill_it(engine):
    _send(engine, _spread(1))
    assert _filled(engine) >= 10


def test_people_of_one_source_count_less_the_more_there_are(engine):
    """And each of them counts the same however much he does: he is no other visitor."""
    counts = engine.parts.models.activity.interactions

    def counted(visitor, item, source="an office"):
        number = engine.parts.catalogue.number(item)
        before = counts[number].item()
        _send(engine, [_event(visitor + item, visitor, item, from_page=True, source=source)])
        return counts[number].item() - before

    assert [counted("p-0", f"sku-{n}") for n in range(3)] == pytest.approx([1.0] * 3, rel=1e-3)
    assert counted("p-1", "sku-5") == pytest.approx(5 / 6, rel=1e-3)
    assert counted("p-0", "sku-6") == pytest.approx(5 / 6, rel=1e-3)
    for n in range(2, 8):
        counted(f"p-{n}", f"sku-{10 + n}")
    assert counted("p-9", "sku-30") == pytest.approx(5 / 13, rel=1e-3)
    assert counted("p-10", "sku-30", source="another") == pytest.approx(1.0, rel=1e-3)


def test_many_names_of_one_source_take_little_room(engine):
    _send(engine, _spread(1, from_page=True, source="s")[:500])
    assert sum("\0\0v" in name for name in engine.parts.influence.repeats._levels) <= 101


def test_many_visitors_put_them_first(engine):
    """What honest people choose comes first as before: the limit is for one, not for many."""
    _send(engine, [_event(f"m{n}", f"m-{n}", TARGETS[n % 2]) for n in range(300)])
    assert set(_lists(engine)["plain"][:2]) == set(TARGETS)


def test_the_visitors_own_list_follows_every_act(engine):
    _send(engine, _alternating(41))
    profile = engine.lookups.get_user("", "mallory")
    assert [one.item_id for one in profile.history[:2]] == [TARGETS[0], TARGETS[1]]
    assert sum(one.count for one in profile.history) == 41
    ask = RecommendRequest("mallory", "r", explore=False)
    own = engine.recommend(ask, engine.parts.clock_ms + 1_000).results
    assert TARGETS[1] in [one.item_id for one in own[:5]]  # the latest item is in no list


def test_who_comes_back_after_days_counts_wholly(engine):
    """The parts of an act on one item: 1, 1/4, 1/9 at once, and after days 1 again."""
    number = engine.parts.catalogue.number(TARGETS[0])

    def counted(name, acts, step_ms):
        before = engine.parts.models.activity.interactions[number].item()
        for n in range(2 * acts):  # another item between: to look twice counts once anyway
            item = TARGETS[0] if n % 2 else "sku-1"
            _send(engine, [_event(f"{name}{n}", "ann", item)], step_ms)
        return engine.parts.models.activity.interactions[number].item() - before

    assert counted("first", 3, 1_000) == pytest.approx(1 + 1 / 4 + 1 / 9, abs=0.01)
    assert counted("later", 1, 4 * DAY_MS) == pytest.approx(1.0, abs=0.01)


def test_refusals_of_one_visitor_push_out_nothing(engine):
    first = _lists(engine)["plain"][:3]
    kinds = ("dislike", "return", "remove-from-cart")
    acts = [_event(f"m{n}", "mallory", first[n % 3], kinds[n // 3 % 3]) for n in range(ACTS)]
    _send(engine, acts)
    assert set(first) <= set(_lists(engine)["plain"][:8])


def test_purchases_of_one_visitor_move_no_revenue():
    """With revenue as the objective, nine hundred orders, or a thousand pieces, are one buyer."""

    def lift(orders, quantity):
        engine = Engine(EngineSettings(objective="revenue"))
        for n in range(400):
            kind = "purchase" if n % 4 == 0 else "view"
            item = EventItem(f"sku-{n // 4 % 20}", price=10.0, currency_code="EUR")
            engine.apply(Entry(n * 1_000, (Event(f"h{n}", kind, f"v-{n % 90}", items=(item,)),)))
        bought = EventItem("sku-3", quantity=quantity, price=10.0, currency_code="EUR")
        for n in range(orders):
            event = Event(f"m{n}", "purchase", "mallory", items=(bought,))
            engine.apply(Entry(500_000 + n * 100, (event,)))
        parts = engine.parts
        number = parts.catalogue.number("sku-3")
        return parts.models.sales._revenue[number]

    honest = lift(1, 1.0)
    assert lift(ACTS, 1.0) < honest + 10.0
    assert lift(1, 1_000.0) < honest + 100.0


def _digest_of_counts(engine):
    return state.digest(state.flatten(engine.parts.influence.repeats.state()))


def test_an_erased_person_leaves_no_count(engine):
    empty = _digest_of_counts(engine)
    _send(engine, _alternating(6, kind="purchase", user_id="mallory"))
    _send(engine, [_event("d", "m-2", "sku-1", "dislike")])
    assert _digest_of_counts(engine) != empty
    engine.apply(Entry(engine.parts.clock_ms, (UserErase("mallory", ("m-2",)),)))
    assert _digest_of_counts(engine) == empty


def test_an_erased_visitor_is_no_longer_known_as_one_of_a_source(engine):
    page = {"from_page": True, "source": "one address"}
    _send(engine, [_event(f"m{n}", f"m-{n}", "sku-1", **page) for n in range(3)])
    assert _naming(engine, "m-1") == 1
    engine.apply(Entry(engine.parts.clock_ms, (UserErase("m-1", ("m-1",)),)))
    assert [_naming(engine, name) for name in ("m-0", "m-1", "m-2")] == [1, 0, 1]


def _naming(engine, visitor):
    return sum(visitor in name for name in engine.parts.influence.repeats._levels)


def test_a_snapshot_holds_the_counts(engine):
    _send(engine, ATTACKS["clicks and refusals"][:50])
    again = Engine.restore([(path, _copied(value)) for path, value in engine.capture()])
    for each in (engine, again):
        _send(each, ATTACKS["purchases"][50:100])
    assert again.digest() == engine.digest()
