"""What is held follows the arrays of the shop: whichever is replaced, it is held again."""

from __future__ import annotations

from typing import Any

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.ranking.arrays import Arrays
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.content.content import Content
from tests.unit.engine.random_shop import random_shop, requests

RIVER = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"


def _leaves(engine: Engine) -> tuple[Any, ...]:
    return engine.parts.holding._arrays()


def test_nothing_is_held_again_while_no_array_is_replaced():
    engine, now_ms = random_shop(1)
    held, _ = engine.parts.holding.begin()
    for request in requests(1):
        engine.recommend(request, now_ms)
    assert engine.parts.holding.begin()[0] is held


@pytest.mark.parametrize("settings", [EngineSettings(), EngineSettings(ranker=RIVER)])
def test_the_arrays_are_in_the_order_of_the_fields(settings):
    parts = Engine(settings).parts
    arrays = parts.holding._grouped(parts.holding._arrays())
    models = parts.models
    assert len(arrays) == len(Arrays._fields)
    assert arrays.degrees is models.next_item.counted[1]
    assert arrays.word_totals is models.words.counted[1]
    assert arrays.tokens is models.content.tokens
    assert arrays.postings is models.content.listed[0]
    assert arrays.counts is models.activity.counts
    assert arrays.day_values is models.by_day.stored
    assert arrays.start_half_lives is models.starts.counted[2]
    assert arrays.stranger_values is models.strangers.stored
    assert arrays.stranger_pool is models.strangers.counted[2]
    assert arrays.available is parts.catalogue.available
    assert arrays.histories is parts.visitors.histories.table
    assert arrays.session_keys is parts.visitors.sessions.acts[2]
    assert arrays.own_scale is models.own_values.own.scale
    assert [len(part) for part in arrays.weights] == [5, 5]
    assert len(arrays.moments) == 4


def test_each_array_that_is_replaced_is_held_again(monkeypatch):
    holding = random_shop(2)[0].parts.holding
    leaves = holding._arrays()
    for place, leaf in enumerate(leaves):
        held, _ = holding.begin()
        other = (*leaf,) if isinstance(leaf, tuple) else leaf.copy()
        assert other is not leaf
        leaves = (*leaves[:place], other, *leaves[place + 1 :])
        monkeypatch.setattr(holding, "_arrays", lambda leaves=leaves: leaves)
        assert holding.begin()[0] is not held
        assert len(leaves) > len(Arrays._fields)


def test_a_shop_that_grew_answers_from_its_new_arrays():
    """More items than the arrays began with, words and visitors: each table was replaced once."""
    engine, now_ms = random_shop(3)
    before = _leaves(engine)
    assert isinstance(engine.parts.models.content, Content)
    for name in (
        "next_item",
        "companions",
        "by_event",
        "by_day",
        "starts",
        "activity",
        "strangers",
        "cycles",
    ):
        getattr(engine.parts.models, name).reserve(5_000)
    engine.parts.models.ranker.reserve(5_000)
    after = _leaves(engine)
    assert sum(mine is not other for mine, other in zip(before, after, strict=True)) > 8
    asked = list(requests(3))
    found = [engine.recommend(request, now_ms) for request in asked]
    again = Engine.restore(engine.capture())
    assert found == [again.recommend(request, now_ms) for request in asked]
