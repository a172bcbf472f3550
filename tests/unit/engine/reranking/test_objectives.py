"""An objective adds to the scores what acts are worth; all else of an answer stays true."""

import random

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem, Slate, Status
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens.bytes_of import Reader
from headwater_server.engine.tokens.question_body import question_bytes, question_of

PRICES = {"cheap": 5.0, "fair": 40.0, "dear": 400.0, "priceless": None}
SECOND_MS = 1_000
SHARES = {"cheap": 0.3, "fair": 0.2, "dear": 0.15, "priceless": 0.05}


def shop(visits=400, *, settings=None, from_page=False, reported=True):
    """Return an engine: each visitor sees all items, clicks one, and buys it by its share."""
    engine, draw = Engine(settings or EngineSettings()), random.Random(5)
    described = [Item(name, price=price, currency_code="EUR") for name, price in PRICES.items()]
    engine.apply(Entry(0, tuple(map(ItemWrite, described))))
    for n in range(visits):
        name, who = draw.choice([*PRICES]), f"v{n % 60}"
        slate = Slate(f"r{n}", "best", "home", (*PRICES,), (0.25,) * 4)
        events = [Event(f"s{n}", "impression", who, slate=slate)] if reported else []
        events.append(act(f"c{n}", "click", who, name, slate=slate, from_page=from_page))
        if draw.random() < SHARES[name]:
            events.append(act(f"b{n}", "purchase", who, name, from_page=from_page))
        engine.apply(Entry(n * 60 * SECOND_MS, tuple(events)))
    return engine


def act(name, kind, who, item, **more):
    return Event(name, kind, who, items=(EventItem(item, price=PRICES.get(item)),), **more)


def ask(engine, objective="", **more):
    request = RecommendRequest("stranger", "r", objective=objective, **more)
    return engine.recommend(request, 10**9)


def scores(answer):
    return {result.item_id: result.score for result in answer.results}


@pytest.fixture(scope="module")
def engine():
    return shop()


def test_the_request_decides_then_the_policy_then_the_setting(engine):
    by_request = ask(engine, "revenue", explore=False)
    assert by_request.objective == "revenue"
    assert by_request.item_ids[0] == "dear"
    assert ask(engine, explore=False).objective == ""
    asking = engine.asking(Policy("rich", {"objective": "revenue"}))
    request = RecommendRequest("stranger", "r", explore=False)
    assert scores(asking.recommend(request, 10**9)) == scores(by_request)
    poor = RecommendRequest("stranger", "r", explore=False, objective="acts")
    assert asking.recommend(poor, 10**9).item_ids == ask(engine, explore=False).item_ids
    other = shop(settings=EngineSettings(objective="revenue"))
    assert scores(ask(other, explore=False)) == scores(by_request)


def test_what_is_added_is_the_logarithm_of_purchases_or_revenue_per_act(engine):
    plain = scores(ask(engine))
    bought, paid = scores(ask(engine, "purchases")), scores(ask(engine, "revenue"))
    sales = engine.parts.models.sales.state()
    rate = {}
    for name in ("cheap", "fair", "dear"):
        number = engine.parts.catalogue.number(name)
        rate[name] = sales["_purchases"][number] / engine.parts.models.activity.counts[number, 0]
    gain = {name: bought[name] - plain[name] for name in plain}
    order = sorted(rate, key=rate.__getitem__)
    assert [*sorted(rate, key=gain.__getitem__)] == order
    worth = {name: paid[name] - plain[name] for name in plain}
    assert worth["cheap"] < worth["fair"] < worth["dear"]
    assert worth["dear"] - gain["dear"] > worth["cheap"] - gain["cheap"]


def test_probabilities_stay_those_of_an_act_and_propensities_are_exact(engine):
    plain, rich = ask(engine, explore=False), ask(engine, "revenue", explore=False)
    chances = [{r.item_id: r.probability for r in one.results} for one in (plain, rich)]
    for name in PRICES:
        one, other = (chance[name] for chance in chances)
        assert one is not None
        assert other == pytest.approx(one, rel=0.5)
    drawn = ask(engine, "revenue", first_slot=True)
    values = np.array([r.score for r in drawn.results]) / 0.2
    softmax = np.exp(values - values.max())
    expected = 0.98 * softmax / softmax.sum() + 0.02 / len(values)
    assert [r.first_slot_propensity for r in drawn.results] == pytest.approx(expected.tolist())
    assert drawn.results[0].propensity == pytest.approx(expected[0])


@pytest.mark.parametrize(
    "settings",
    [
        EngineSettings(),
        EngineSettings(rules=[{"name": "b", "kind": "boost", "filter": "price < 50", "by": 0.4}]),
        EngineSettings(diversity="high"),
        EngineSettings(exploration_policy="thompson"),
    ],
    ids=["plain", "rules", "variety", "thompson"],
)
def test_the_chances_of_a_list_are_its_propensities(settings):
    """So an evaluation of another objective weighs what was shown as it should."""
    engine = shop(settings=settings)
    for objective in ("purchases", "revenue"):
        request = RecommendRequest("stranger", f"q {objective}", objective=objective, page_size=3)
        answer = engine.recommend(request, 10**9)
        found = engine.asking().chances(request, answer.item_ids, 10**9)
        exact = not answer.propensities_estimated
        assert found.slots.tolist() == pytest.approx(
            list(answer.propensities), abs=1e-9 if exact else 0.15
        )


def test_thompson_draws_chances_and_weighs_them():
    engine = shop(settings=EngineSettings(exploration_policy="thompson"))
    firsts = {"acts": 0, "revenue": 0}
    for objective in firsts:
        for n in range(60):
            request = RecommendRequest("stranger", f"t{n}", objective=objective, page_size=1)
            answer = engine.recommend(request, 10**9)
            assert answer.policy == "thompson"
            firsts[objective] += answer.item_ids[0] == "dear"
    assert firsts["revenue"] > firsts["acts"] + 15


def test_reasons_name_the_objective_and_sum_to_the_score(engine):
    for objective in ("purchases", "revenue"):
        answer = ask(engine, objective, explain=True, explore=False)
        for result in answer.results:
            parts = dict(result.contributions)
            assert sum(parts.values()) == pytest.approx(result.score, abs=1e-5)
            assert "rules" not in parts or abs(parts["rules"]) < 1e-9
        assert any("objective" in dict(r.contributions) for r in answer.results)
    plain = ask(engine, "acts", explain=True)
    assert all("objective" not in dict(r.contributions) for r in plain.results)


def test_until_enough_was_bought_the_answer_says_that_it_is_acts():
    engine = shop(visits=10)
    answer = ask(engine, "revenue")
    assert answer.objective == "acts"
    assert "needs 20" in answer.objective_note
    assert scores(answer) == scores(ask(engine))


def test_a_list_without_prices_says_so():
    engine = shop()
    more = tuple(ItemWrite(Item(f"new {n}")) for n in range(3))
    engine.apply(Entry(10**9, more))
    candidates = ("new 0", "new 1", "new 2", "dear")
    answer = ask(engine, "revenue", candidate_item_ids=candidates)
    assert answer.objective == "revenue"
    assert answer.objective_note.startswith("3 of 4 items")
    assert ask(engine, "purchases", candidate_item_ids=candidates).objective_note == ""


def test_what_a_page_says_of_a_price_is_not_believed():
    engine = shop(from_page=True)
    before = engine.parts.models.sales.state()["_revenue"].copy()
    bought = EventItem("cheap", quantity=1e9, price=1e11, currency_code="EUR")
    event = Event("hostile", "purchase", "v1", items=(bought,), from_page=True)
    assert engine.apply(Entry(10**9, (event,)))[0].status is Status.CREATED
    number = engine.parts.catalogue.number("cheap")
    revenue = engine.parts.models.sales.state()["_revenue"][number]
    assert revenue - before[number] == pytest.approx(5.0, rel=1e-12)


def test_a_return_or_a_purchase_without_worth_sells_nothing():
    engine = shop(visits=1)
    before = engine.parts.models.sales.purchases
    engine.apply(Entry(10**6, (
        Event("r", "return", "v1", items=(EventItem("dear"),)),
        Event("w", "purchase", "v1", items=(EventItem("dear"),), reward=-1.0),
    )))  # fmt: skip
    assert engine.parts.models.sales.purchases == before


def test_sales_are_the_same_after_a_restart(engine):
    again = Engine.restore(engine.capture())
    assert again.digest() == engine.digest()
    assert scores(ask(again, "revenue")) == scores(ask(engine, "revenue"))


def test_the_question_of_a_token_has_its_objective():
    for diversity, objective in (("", "revenue"), ("low", "purchases"), ("auto", ""), ("", "")):
        request = RecommendRequest("ann", "r", diversity=diversity, objective=objective)
        raw = question_bytes(request.question, ["a"], 512)
        assert question_of(Reader(raw), ["a"]) == request.question


def test_settings_without_an_objective_are_written_as_before():
    assert "objective" not in EngineSettings().canonical()
    rich = EngineSettings(objective="revenue")
    assert EngineSettings.parse(rich.canonical()) == rich
    with pytest.raises(ValueError, match="objective = 'profit': write acts, purchases or revenue"):
        Policy("p", {"objective": "profit"})
