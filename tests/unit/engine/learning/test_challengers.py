"""Rankers beside the champion learn what it learns, and a policy answers with one of them."""

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemDelete, ItemWrite
from headwater_server.engine.messages.entries import SettingsChange as Change
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CodeMissing
from tests.unit.engine.random_shop import random_shop, requests

LINEAR = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
FAST = "listwise(rate=0.2, layer_rate=0.02)"
TWO = EngineSettings(rankers={"fast": FAST, "same": "listwise"})
WINDOW_MS = 31 * 60_000


def learned(settings, events=260, seed=2):
    """Return an engine that has learned acts, seen slates and refusals."""
    engine, now_ms = random_shop(seed, settings)
    for number in range(events, events + 40):
        items = tuple(f"i{(number + place) % 9}" for place in range(4))
        slate = Slate(f"r{number}", "best", "home", items, (0.5,) * 4)
        seen = Event(f"s{number}", "impression", f"v{number % 7}", slate=slate)
        act = Event(f"a{number}", "click", f"v{number % 7}", items=(EventItem(items[1]),))
        kind = "dislike" if number % 5 == 0 else "click"
        graded = replace(act, event_id=f"g{number}", event_type=kind, reward=None)
        engine.apply(Entry(now_ms + number * WINDOW_MS, (seen, act, graded)))
    return engine, now_ms + (events + 60) * WINDOW_MS


def state_of(ranker):
    return repr(ranker.state())


def test_one_with_the_champions_rates_is_the_champion_bit_for_bit():
    engine, now_ms = learned(TWO)
    models = engine.parts.models
    assert models.ranker.state()["_steps"] > 200
    assert state_of(models.rankers["same"]) == state_of(models.ranker)
    assert state_of(models.rankers["fast"]) != state_of(models.ranker)
    asking, plain = engine.asking(Policy("p", {"ranker": "same"})), engine.asking()
    for request in requests(2):
        asked = replace(request, explain=True, page_size=7)
        found, expected = asking.recommend(asked, now_ms), plain.recommend(asked, now_ms)
        assert found.item_ids == expected.item_ids
        for one, other in zip(found.results, expected.results, strict=True):
            assert one.score == pytest.approx(other.score, rel=1e-5, abs=1e-6)
            assert one.probability == pytest.approx(other.probability)
            assert dict(one.contributions) == pytest.approx(dict(other.contributions), abs=1e-4)


def test_what_the_champion_learns_and_answers_is_the_same_without_them():
    engine, now_ms = learned(TWO)
    alone, _ = learned(EngineSettings())
    assert state_of(engine.parts.models.ranker) == state_of(alone.parts.models.ranker)
    for request in requests(2):
        assert engine.recommend(request, now_ms) == alone.recommend(request, now_ms)


@pytest.mark.parametrize("champion", ["listwise", LINEAR])
def test_each_learns_what_it_would_learn_as_the_champion(champion):
    engine, _ = learned(EngineSettings(ranker=champion, rankers={"one": FAST, "two": LINEAR}))
    for name, text in (("one", FAST), ("two", LINEAR)):
        alone, _ = learned(EngineSettings(ranker=text))
        assert state_of(engine.parts.models.rankers[name]) == state_of(alone.parts.models.ranker)


def test_a_policy_answers_as_an_engine_whose_champion_is_the_ranker():
    alone = ("strangers",)  # there each champion has a record of its own
    engine, now_ms = learned(EngineSettings(rankers={"fast": FAST}, without=alone))
    other, _ = learned(EngineSettings(ranker=FAST, without=alone))
    asking = engine.asking(Policy("p", {"ranker": "fast"}))
    differs = 0
    for request in requests(2):
        found, expected = asking.recommend(request, now_ms), other.recommend(request, now_ms)
        assert found.item_ids == expected.item_ids
        assert found.propensities.tolist() == pytest.approx(expected.propensities.tolist())
        differs += found.item_ids != engine.recommend(request, now_ms).item_ids
    assert differs


def test_chances_of_the_list_are_its_propensities_also_beside_other_policies():
    engine, now_ms = learned(TWO)
    policies = [Policy("a", {"ranker": "fast"}), None, Policy("b", {"ranker": "same"})]
    for request in requests(2):
        asked = replace(request, page_size=4)
        for policy in policies:
            asking = engine.asking(policy)
            answer = asking.recommend(asked, now_ms)
            chances = asking.chances(asked, answer.item_ids, now_ms)
            assert chances.slots == pytest.approx(answer.propensities, rel=1e-6)
    assert np.all(chances.slots > 0)


def test_a_question_to_a_ranker_reads_and_writes_nothing():
    engine, now_ms = learned(EngineSettings(rankers={"linear": LINEAR}))
    digest, asking = engine.digest(), engine.asking(Policy("p", {"ranker": "linear"}))
    given = RecommendRequest("v1", "r", candidate_item_ids=("i1", "i2", "unknown"), explain=True)
    for request in (*requests(2), given, replace(given, page_size=1, first_slot=True)):
        assert asking.recommend(request, now_ms).item_ids
    assert engine.digest() == digest


def test_the_chance_of_an_act_is_that_of_the_item_not_of_the_rankers_scale():
    """The head knows the champion's scores; another ranker's would be of another unit."""
    engine, now_ms = learned(EngineSettings(rankers={"linear": LINEAR}))
    engine.parts.models.probability.slots_min = 1
    asked = RecommendRequest("v1", "r", candidate_item_ids=("i3",), explore=False)
    other = engine.asking(Policy("p", {"ranker": "linear"})).recommend(asked, now_ms).results[0]
    own = engine.recommend(asked, now_ms).results[0]
    assert other.score != own.score
    assert other.probability == pytest.approx(own.probability)


def test_thompson_draws_by_the_champion_only():
    settings = EngineSettings(rankers={"fast": FAST}, exploration_policy="thompson")
    engine, now_ms = learned(settings)
    engine.parts.models.probability.slots_min = 1
    asked = RecommendRequest("v1", "r", page_size=5)
    assert engine.recommend(asked, now_ms).policy == "thompson"
    answer = engine.asking(Policy("p", {"ranker": "fast"})).recommend(asked, now_ms)
    assert answer.policy == "plackett_luce"


def test_a_restart_goes_on_with_all_of_them():
    engine, now_ms = learned(TWO)
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    more = tuple(Event(f"m{n}", "click", "v1", items=(EventItem(f"i{n}"),)) for n in range(9))
    for each in (engine, again):
        each.apply(Entry(now_ms, more))
    assert again.digest() == engine.digest() != Engine(TWO).digest()


def test_a_batch_of_acts_is_learned_as_one_by_one():
    events = [
        Event(f"e{n}", "click", f"v{n % 6}", items=(EventItem(f"i{n * 7 % 31}"),))
        for n in range(400)
    ]
    alone, together = Engine(TWO), Engine(TWO)
    for event in events:
        alone.apply(Entry(1_000, (event,)))
    together.apply(Entry(1_000, tuple(events)))
    assert alone.digest() == together.digest()


def test_a_hit_is_measured_of_each_ranker_for_the_same_acts():
    engine, _ = learned(TWO)
    found = {
        one.policy: (one.count, one.value)
        for one in engine.lookups.metrics()
        if one.name == "hit_rate_at_20" and one.window == "total"
    }
    assert found["ranker:same"] == found["all"]
    assert found["ranker:fast"][0] == found["all"][0] > 20


def test_a_removed_item_is_forgotten_by_all():
    engine = Engine(replace(TWO, event_items_max=20, items_max=40))
    for n in range(200):
        event = Event(f"e{n}", "click", f"v{n % 3}", items=(EventItem(f"i{n % 60}"),))
        engine.apply(Entry(n, (event,)))
    models = engine.parts.models
    assert state_of(models.rankers["same"]) == state_of(models.ranker)


def test_many_items_make_room_in_all():
    engine = Engine(TWO)
    engine.apply(Entry(0, tuple(ItemWrite(Item(f"i{n}")) for n in range(3_000))))
    engine.apply(Entry(0, (ItemDelete("i7"),)))
    engine.apply(Entry(1, (Event("e", "click", "v", items=(EventItem("i2999"),)),)))
    models = engine.parts.models
    assert len(models.rankers["fast"].network[0]) == len(models.ranker.network[0]) >= 3_000


def change(engine, **values):
    settings = replace(EngineSettings(), **values)
    return engine.apply(Entry(engine.parts.clock_ms, (Change(settings, "me", tuple(values)),)))[0]


def test_a_new_entry_of_the_setting_begins_where_it_is_applied():
    engine, _ = learned(EngineSettings())
    steps = engine.parts.models.ranker.state()["_steps"]
    assert change(engine, rankers={"fast": FAST}).status is Status.CREATED
    assert engine.parts.models.rankers["fast"].state()["_steps"] == 0
    later = (Event(f"later{n}", "click", f"new{n}", items=(EventItem(f"i{n}"),)) for n in range(9))
    engine.apply(Entry(engine.parts.clock_ms, tuple(later)))
    learned_since = engine.parts.models.ranker.state()["_steps"] - steps
    assert engine.parts.models.rankers["fast"].state()["_steps"] == learned_since > 0
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    change(engine, rankers={})
    assert "rankers" not in engine.parts.models.state()
    assert not any(one.policy.startswith("ranker:") for one in engine.lookups.metrics())


def test_a_ranker_becomes_the_champion_with_what_it_has_learned():
    engine, _ = learned(EngineSettings(rankers={"fast": FAST}))
    fast, champion = (
        state_of(one) for one in (engine.parts.models.rankers["fast"], engine.parts.models.ranker)
    )
    change(engine, ranker=FAST, rankers={"before": "listwise", "fast": FAST})
    models = engine.parts.models
    assert state_of(models.ranker) == fast == state_of(models.rankers["fast"])
    assert state_of(models.rankers["before"]) == champion
    models.ranker.learn_one({"next": 1.0}, y=True)
    assert state_of(models.ranker) != state_of(models.rankers["fast"])  # two, not one


def test_other_features_are_new_columns_of_all():
    engine, _ = learned(TWO)
    before = engine.parts.models.rankers["fast"].network[2][0][:5].copy()
    assert change(engine, features=("price",)).status is Status.CREATED
    fast = engine.parts.models.rankers["fast"]
    assert fast.features == engine.parts.models.ranker.features
    assert (fast.network[2][0][:5] == before).all()
    engine.apply(
        Entry(engine.parts.clock_ms, (Event("n", "click", "v1", items=(EventItem("i1"),)),))
    )
    assert engine.digest() == Engine.restore(engine.capture()).digest()


@pytest.mark.parametrize(
    ("rankers", "text"),
    [
        ({"a": "listwise", "b": "listwise", "c": "listwise"}, "rankers: are 3, at most 2"),
        ({"champion": "listwise"}, "rankers: the name champion is taken"),
        ({"two words": "listwise"}, "rankers: 'two words' is no name"),
        ({"a": "listwise(rate=2)"}, "rankers.a: rate must be a number from 0 to 1"),
        ({"a": "listwise(size=2)"}, "rankers.a: listwise has no size; rate, layer_rate, bias_rate"),
        ({"a": "listwise(rate=0.1, rate=0.2)"}, "rankers.a: 'listwise(rate=0.1, rate=0.2)'"),
        ({"a": "listwise(0.1)"}, "rankers.a: 'listwise(0.1)' names no rates"),
        ({"a": "listwise("}, "rankers.a: 'listwise(' does not parse"),
        ({"a": "river:nothing.Here()"}, "rankers.a: "),
        ({"a": "river:linear_model.LinearRegression()"}, "rankers.a: "),
        ({"a": ""}, "rankers.a: write what the setting ranker takes"),
    ],
)
def test_what_cannot_be_a_ranker_is_refused_and_changes_nothing(rankers, text):
    engine, _ = learned(EngineSettings())
    digest = engine.digest()
    outcome = change(engine, rankers=rankers)
    assert outcome.status is Status.QUARANTINED
    assert outcome.detail.startswith(text)
    assert engine.digest() == digest
    with pytest.raises(ValueError, match=r"^rankers"):
        Engine(EngineSettings(rankers=rankers))


def test_code_that_is_not_there_is_named_as_such():
    """So that a start stops, and does not rebuild the state without it."""
    with pytest.raises(CodeMissing, match=r"^rankers\.mine: 'nowhere' is none of"):
        Engine(EngineSettings(rankers={"mine": "nowhere"}))


def test_a_champion_cannot_be_named_as_one_beside_it():
    engine = Engine()
    assert change(engine, ranker="fast", rankers={"fast": FAST}).detail.startswith(
        "ranker: fast is one of rankers, which learn beside it"
    )
