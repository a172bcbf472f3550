"""How items stand among the candidates of a request: the chances of `chances`, and a pure read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.policies.standing import standing
from tests.unit.engine.small_shop import BOOST, CAP, IDS, PIN, shop

REQUEST = RecommendRequest("stranger", "r", page_size=3)


def ask(engine, item_id="", passing="", request=REQUEST, shown=()):
    parts = engine.parts
    in_force = parts.reranking.in_force
    return standing(parts, in_force, request, 100, item_id, passing, shown)


@pytest.mark.parametrize("rules", [(), (BOOST,), (PIN, CAP)])
def test_the_chance_of_each_candidate_is_that_of_asking_about_its_list(rules):
    engine = shop(*rules)
    digest = engine.digest()
    found = ask(engine)
    assert set(found.item_ids) <= set(IDS)
    assert len(found.item_ids) >= 3
    chances = engine.asking().chances(REQUEST, found.item_ids, now_ms=100)
    assert found.in_list.tolist() == pytest.approx(chances.in_list.tolist())
    for item_id, chance in zip(found.item_ids, found.in_list, strict=True):
        assert ask(engine, item_id).in_list.tolist() == pytest.approx([chance])
    assert engine.digest() == digest


def test_the_shown_list_keeps_its_own_chances_beside_the_items_asked_about():
    engine = shop()
    answer = engine.recommend(REQUEST, 100)
    found = ask(engine, passing="NOT price < 0", shown=tuple(answer.item_ids))
    slots = found.shown.slots[: len(answer.item_ids)]
    assert slots == pytest.approx([one.propensity for one in answer.results])
    assert len(found.in_list) == len(found.item_ids)


def test_what_is_no_candidate_has_no_row():
    engine = shop()
    assert ask(engine, "no-such-item").item_ids == ()
    assert ask(engine, passing="price < 0").item_ids == ()
    without = replace(REQUEST, exclude_item_ids=(IDS[0],))
    assert ask(engine, IDS[0], request=without).item_ids == ()
    given = replace(REQUEST, candidate_item_ids=(IDS[1], "unknown"))
    assert ask(engine, "unknown", request=given).item_ids == ("unknown",)
    assert np.isnan(ask(engine, "unknown", request=given).prices[0])
    assert ask(engine, passing="NOT price < 0", request=given).item_ids == (IDS[1],)


def test_what_was_known_of_item_and_visitor_is_beside_the_chance():
    engine = shop()
    before = ask(engine, IDS[1])
    acts = [Event(f"act {n}", "click", "stranger", items=(EventItem(IDS[1]),)) for n in range(2)]
    engine.apply(Entry(50, (*acts, Event("x", "click", "stranger", items=(EventItem(IDS[2]),)))))
    found = ask(engine, IDS[1])
    assert found.interactions[0] > before.interactions[0]
    assert before.chosen.tolist() == [0.0]
    assert found.chosen[0] >= 1.0
    assert found.history > before.history
    write = ItemWrite(Item(IDS[1], price=4.5), ("price",))
    assert np.isnan(found.prices[0])
    engine.apply(Entry(60, (write,)))
    assert ask(engine, IDS[1]).prices.tolist() == [4.5]
