"""One of few given items: drawn by exact chances, learned from its reward alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, UserErase
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings

ITEMS = ("tea", "coffee", "milk", "juice")
MORNING, EVENING = (("at", "morning"),), (("at", "evening"),)


def _request(name, context=MORNING, **fields):
    given = {"page_size": len(ITEMS), "first_slot": True} | fields
    return RecommendRequest(f"v{name}", name, candidate_item_ids=ITEMS, context=context, **given)


def _slate(answer, request):
    shown = tuple(answer.item_ids), tuple(answer.propensities.tolist())
    return Slate(answer.recommendation_id, answer.policy, "", *shown, question=request.question)


def _turn(engine, name, context, reward, now_ms, item=None):
    """Choose, show, and reward; return what was shown. ``reward`` of an item; None: none comes."""
    request = _request(name, context)
    answer = engine.recommend(request, now_ms)
    slate, item = _slate(answer, request), item or answer.item_ids[0]
    common = {"items": (EventItem(item),), "context": context, "slate": slate}
    events = [Event(f"{name}:seen", "impression", request.visitor_id, **common)]
    if reward is not None:
        got = reward(item)
        common |= {"value": 5.0 * got, "reward": got}
        events.append(Event(f"{name}:act", "rating", request.visitor_id, **common))
    engine.apply(Entry(now_ms, tuple(events)))
    return item


@pytest.fixture
def engine():
    engine = Engine()
    engine.apply(Entry(1, tuple(ItemWrite(Item(name)) for name in ITEMS)))
    return engine


def _taught(engine, turns=120):
    for number in range(turns):
        context = (MORNING, EVENING)[number % 2]
        best = ("coffee", "tea")[number % 2]
        _turn(engine, f"r{number}", context, lambda i, b=best: float(i == b), 10 * number + 10)
    return engine


def test_it_learns_the_best_of_each_context(engine):
    _taught(engine)
    for context, best in ((MORNING, "coffee"), (EVENING, "tea")):
        answer = engine.recommend(_request("later", context), 10_000)
        chances = {r.item_id: r.first_slot_propensity for r in answer.results}
        assert max(chances, key=chances.get) == best
        assert chances[best] > 0.9
        assert answer.policy == "bandit"
        assert not answer.propensities_estimated


def test_propensities_are_the_shares_of_draws(engine):
    _taught(engine, 12)
    answers = [engine.recommend(_request(f"draw{n}"), 10_000) for n in range(2_000)]
    first = {r.item_id: r.first_slot_propensity for r in answers[0].results}
    assert sum(first.values()) == pytest.approx(1.0)
    for item, chance in first.items():
        share = np.mean([answer.item_ids[0] == item for answer in answers])
        assert abs(share - chance) < 4.0 * np.sqrt(chance * (1 - chance) / len(answers)) + 1e-3
    for answer in answers[:20]:
        assert answer.propensities[0] == pytest.approx(first[answer.item_ids[0]])


def test_one_slot_is_drawn_as_the_first_of_all(engine):
    _taught(engine, 12)
    for number in range(20):
        name = f"one{number}"
        whole = engine.recommend(_request(name), 10_000)
        one = engine.recommend(_request(name, page_size=1, first_slot=False), 10_000)
        assert one.item_ids[0] == whole.item_ids[0]
        assert one.propensities[0] == whole.propensities[0]


def test_every_item_keeps_a_chance(engine):
    _taught(engine)
    answer = engine.recommend(_request("later"), 10_000)
    assert min(r.first_slot_propensity for r in answer.results) >= 0.005 / len(ITEMS)


def test_without_exploration_the_best_comes_first(engine):
    _taught(engine)
    answer = engine.recommend(_request("later", explore=False), 10_000)
    assert (answer.item_ids[0], answer.policy) == ("coffee", "best")
    assert answer.propensities.tolist() == [1.0] * len(ITEMS)


def test_a_policy_is_asked_for_the_same_chances(engine):
    _taught(engine, 12)
    request = _request("asked")
    answer = engine.recommend(request, 10_000)
    asked = engine.asking().chances(request, tuple(answer.item_ids), 10_000)
    assert asked.slots == pytest.approx(answer.propensities)
    uniform = engine.asking(Policy("random")).chances(request, ITEMS, 10_000)
    assert uniform.slots[0] == pytest.approx(1 / len(ITEMS))


@pytest.mark.parametrize("off", [{"exploration_bandit": "off"}, {}])
def test_a_list_is_drawn_as_before(off):
    """Neither a list, nor any answer with the setting off, depends on what the bandit learned."""
    engine, plain = Engine(EngineSettings(**off)), Engine(EngineSettings(**off))
    for one in (engine, plain):
        one.apply(Entry(1, tuple(ItemWrite(Item(name)) for name in ITEMS)))
    engine.parts.models.bandit.learn("milk", engine.parts.models.bandit.meet([]), 1.0)
    lists = [_request("a", page_size=3, first_slot=False), RecommendRequest("v", "b")]
    for request in [*lists, *([_request("c")] if off else [])]:
        answer = engine.recommend(request, 5)
        assert answer.policy == "plackett_luce"
        assert answer == plain.recommend(request, 5)


def test_a_reward_of_zero_is_learned_at_once(engine):
    before = engine.recommend(_request("x"), 10_000).results
    for number in range(5):
        _turn(engine, f"r{number}", MORNING, lambda _: 0.0, 10 + number, item="milk")
        _turn(engine, f"s{number}", MORNING, lambda _: 0.3, 10 + number, item="tea")
    after = engine.recommend(_request("x"), 10_000).results
    chance = {r.item_id: r.first_slot_propensity for r in after}
    assert chance["milk"] < {r.item_id: r.first_slot_propensity for r in before}["milk"]
    assert chance["milk"] < chance["tea"]


def test_without_a_reward_it_is_zero_when_the_window_is_over(engine):
    _turn(engine, "r1", MORNING, None, 10, item="milk")
    assert engine.parts.models.bandit.state()["sums"][0] == 0
    engine.apply(Entry(31 * 60_000, (Event("e", "click", "other", items=(EventItem("tea"),)),)))
    assert engine.parts.models.bandit.state()["sums"][:2] == [1, 0.0]
    assert len(engine.parts.impressions.decisions) == 0


def test_an_act_without_the_token_counts_when_the_window_is_over(engine):
    _turn(engine, "r1", MORNING, None, 10, item="milk")
    act = Event("a", "purchase-complete", "vr1", items=(EventItem("milk"),))
    engine.apply(Entry(20, (act,)))
    engine.apply(Entry(31 * 60_000, (Event("e", "click", "other", items=(EventItem("tea"),)),)))
    assert engine.parts.models.bandit.state()["sums"][:2] == [1, 1.0]


def test_of_several_rewards_the_best_counts(engine):
    _turn(engine, "r1", MORNING, lambda _: 0.25, 10, item="milk")
    request = _request("r1")
    slate = _slate(engine.recommend(request, 10), request)
    again = Event("b", "rating", "vr1", items=(EventItem("milk"),), value=5.0, slate=slate)
    engine.apply(Entry(20, (again,)))
    assert engine.parts.models.bandit.state()["totals"] == [1.0]


def test_what_a_page_asked_itself_teaches_nothing(engine):
    request = _request("r1")
    slate = _slate(engine.recommend(request, 10), request)
    seen = Event("s", "impression", "vr1", items=(EventItem("tea"),), slate=slate)
    engine.apply(Entry(11, (replace_sender(seen),)))
    assert len(engine.parts.impressions.decisions) == 0


def replace_sender(event):
    """Return the event as a page sends it that has asked for the slate itself."""
    return Event(
        event.event_id, event.event_type, event.visitor_id, items=event.items, slate=event.slate,
        from_page=True, self_asked=True,
    )  # fmt: skip


def test_erasure_drops_open_choices(engine):
    _turn(engine, "r1", MORNING, None, 10)
    assert len(engine.parts.impressions.decisions) == 1
    engine.apply(Entry(20, (UserErase("", ("vr1",)),)))
    assert len(engine.parts.impressions.decisions) == 0


def test_a_snapshot_goes_on_as_the_engine_would(engine):
    _taught(engine, 40)
    _turn(engine, "open", MORNING, None, 900)
    other = Engine.restore(engine.capture())
    assert other.digest() == engine.digest()
    for one in (engine, other):
        _taught(one, 60)
        one.apply(Entry(40 * 60_000, (Event("e", "click", "v", items=(EventItem("tea"),)),)))
    assert other.digest() == engine.digest()


def test_settings_that_nobody_set_are_not_in_the_state():
    assert "bandit" not in EngineSettings().canonical()
    bold = replace(EngineSettings(), exploration_bandit_scale=1.0)
    assert EngineSettings.parse(bold.canonical()) == bold
