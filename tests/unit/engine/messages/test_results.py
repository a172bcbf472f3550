"""Slots by column read as the objects that they describe."""

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result, Results

TWO = Results(
    ["a", "b"],
    np.array([2.0, 1.0]),
    np.array([0.5, 1.0]),
    np.array([0.1, 0.2]),
    np.array([0.6, 0.4]),
)
OBJECTS = (
    Result("a", 2.0, 0.1, 0.5, first_slot_propensity=0.6),
    Result("b", 1.0, 0.2, 1.0, first_slot_propensity=0.4),
)


def test_a_slot_is_read_as_an_object():
    assert tuple(TWO) == OBJECTS
    assert (TWO[0], TWO[1:], len(TWO)) == (OBJECTS[0], OBJECTS[1:], 2)
    assert TWO == OBJECTS
    assert OBJECTS[:1] != TWO
    assert repr(TWO) == f"Results.of({OBJECTS!r})"
    with pytest.raises(TypeError):
        hash(TWO)


def test_what_no_slot_has_is_none():
    [only] = Results(["a"], np.array([1.0]), np.array([1.0]))
    assert only == Result("a", 1.0, None, 1.0)
    assert type(only.score) is float


def test_objects_have_their_columns():
    answer = Recommendation("r", OBJECTS, "best")
    assert (list(answer.item_ids), answer.propensities.tolist()) == (["a", "b"], [0.5, 1.0])
    assert Results.of(OBJECTS)[0] is OBJECTS[0]
    assert Results.of(TWO) is TWO
    assert list(Results.of(())) == []


def test_an_explained_list_is_the_same_list():
    """An explanation adds to the slots, and changes nothing of them."""
    engine = Engine()
    acts = (Event(f"e{n}", "click", f"v{n}", items=(EventItem(f"i{n % 7}"),)) for n in range(40))
    engine.apply(Entry(1_000, tuple(acts)))
    plain, explained = (
        engine.recommend(RecommendRequest("v1", "r", explain=explain, first_slot=True), 2_000)
        for explain in (False, True)
    )
    assert isinstance(plain.results, Results)
    for one, other in zip(plain.results, explained.results, strict=True):
        assert (one.item_id, one.score, one.propensity) == other[:2] + other[3:4]
        assert one.first_slot_propensity == other.first_slot_propensity is not None
        assert (one.sources, bool(other.sources), bool(other.explanation)) == ((), True, True)
