from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater import FeatureContribution
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1.value_pb2 import Value
from headwater.wire.recommendations import recommendation
from headwater_server.api.translate.recommendation import (
    PLAIN,
    general_request,
    recommend_request,
    recommend_response,
)
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.messages.results import Result
from headwater_server.engine.reranking.levels import LEVELS
from headwater_server.errors import HeadwaterError, InvalidRequest
from headwater_server.replica.answers import Answer

NUMBER = Value(number=2.5)


def sent(answer: Answer) -> pb.RecommendResponse:
    return pb.RecommendResponse.FromString(recommend_response(answer))


def test_every_field_of_the_question_arrives() -> None:
    message = pb.RecommendRequest(
        visitor_id="v",
        user_id="u",
        session_id="s",
        placement="home",
        page_size=7,
        candidate_item_ids=["a", "b"],
        exclude_item_ids=["c"],
        context_item_ids=["d"],
        context={"b": NUMBER, "a": Value(text="phone")},
        recommendation_id="r",
        min_offset="3-0",
        exploration=pb.EXPLORATION_OFF,
        explain=True,
        diversity=pb.DIVERSITY_MEDIUM,
    )
    question = RecommendRequest(
        visitor_id="v",
        recommendation_id="r",
        user_id="u",
        session_id="s",
        placement="home",
        page_size=7,
        candidate_item_ids=("a", "b"),
        exclude_item_ids=("c",),
        context_item_ids=("d",),
        context=(("a", "phone"), ("b", 2.5)),
        explore=False,
        explain=True,
        diversity="medium",
    )
    assert recommend_request(message) == (question, "3-0")


def test_what_is_left_out_has_its_default() -> None:
    question, min_offset = recommend_request(pb.RecommendRequest(visitor_id="v"))
    assert (question.page_size, question.explore, min_offset) == (20, True, "")
    other, _ = recommend_request(pb.RecommendRequest(visitor_id="v"))
    assert question.recommendation_id != other.recommendation_id


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"visitor_id": ""}, "visitor_id"),
        ({"visitor_id": "v" * 129}, "visitor_id"),
        ({"visitor_id": "é" * 65}, "visitor_id"),
        ({"user_id": "u" * 129}, "user_id"),
        ({"session_id": "s" * 129}, "session_id"),
        ({"placement": "p" * 129}, "placement"),
        ({"recommendation_id": "r" * 129}, "recommendation_id"),
        ({"min_offset": "1" * 129}, "min_offset"),
        ({"page_size": -1}, "page_size"),
        ({"exploration": 7}, "exploration"),
        ({"diversity": 6}, "diversity"),
        ({"candidate_item_ids": ["a"] * 1001}, "candidate_item_ids"),
        ({"candidate_item_ids": ["a", ""]}, "candidate_item_ids[1]"),
        ({"exclude_item_ids": ["i" * 129]}, "exclude_item_ids[0]"),
        ({"context_item_ids": [""]}, "context_item_ids[0]"),
        ({"context": {"x": Value(number=math.nan)}}, 'context["x"].number'),
        ({"context": {"x": Value(number=-math.inf)}}, 'context["x"].number'),
        ({"context": {"x": Value(number=-1e13)}}, 'context["x"].number'),
        ({"context": {"x": Value(text="t" * 1025)}}, 'context["x"].text'),
        ({"context": {"x": Value()}}, 'context["x"]'),
        ({"context": {"": NUMBER}}, 'name of context[""]'),
        ({"context": {"n" * 10**6: NUMBER}}, f'name of context["{"n" * 40}"]'),
        ({"context": {str(n): NUMBER for n in range(101)}}, "context"),
    ],
)
def test_a_malformed_question_names_its_field(fields, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        recommend_request(pb.RecommendRequest(**({"visitor_id": "v"} | fields)))
    assert caught.value.field == field
    assert len(str(caught.value)) < 200


def test_each_level_of_variety_has_its_name() -> None:
    names = [
        recommend_request(pb.RecommendRequest(visitor_id="v", diversity=level))[0].diversity
        for level in sorted(pb.Diversity.values())
    ]
    assert names == ["", *LEVELS]


@pytest.mark.parametrize(("asked", "given"), [(0, 20), (100, 100), (101, 100), (2**31 - 1, 100)])
def test_page_size_is_clamped(asked, given) -> None:
    question, _ = recommend_request(pb.RecommendRequest(visitor_id="v", page_size=asked))
    assert question.page_size == given


def test_ids_of_exactly_128_bytes_are_fine() -> None:
    question, _ = recommend_request(pb.RecommendRequest(visitor_id="é" * 64))
    assert question.visitor_id == "é" * 64


def test_a_filter_goes_through_as_it_was_written() -> None:
    question, _ = recommend_request(pb.RecommendRequest(visitor_id="v", filter="price < 3"))
    assert question.filter == "price < 3"


def test_every_field_of_the_slate_goes_out() -> None:
    results = (
        Result(
            "a",
            1.5,
            0.25,
            0.5,
            ("next",),
            ("because",),
            0.125,
            0.375,
            ("a pin",),
            contributions=(("next", 2.0), ("average", -0.5)),
            explanation="Because.",
        ),
        Result("b", -1.0, None, 1.0),
        Result("c", 0.0, 0.0, 1.0),
    )
    slate = Recommendation("r", results, "listwise", "home", propensities_estimated=True)
    message = sent(Answer(slate, "t", "7-0", ("reasons",), "few"))
    assert (message.recommendation_id, message.attribution_token) == ("r", "t")
    assert (message.offset, message.policy) == ("7-0", "listwise")
    assert (list(message.degraded), message.shortfall) == (["reasons"], "few")
    first, second, third = message.results
    assert (first.item_id, first.score, first.probability, first.propensity) == (
        "a",
        1.5,
        0.25,
        0.5,
    )
    assert (list(first.sources), list(first.reasons)) == (["next"], ["because"])
    assert (list(first.rules), list(second.rules)) == (["a pin"], [])
    explained = [(one.feature, one.contribution) for one in first.contributions]
    assert (explained, first.explanation) == ([("next", 2.0), ("average", -0.5)], "Because.")
    read = recommendation(message).results
    assert read[0].contributions == (
        FeatureContribution("next", 2.0), FeatureContribution("average", -0.5),
    )  # fmt: skip
    assert (read[0].explanation, read[1].contributions, read[1].explanation) == ("Because.", (), "")
    assert (first.probability_low, first.probability_high) == (0.125, 0.375)
    assert message.propensities_estimated
    assert not second.HasField("probability")
    assert not second.HasField("probability_low")
    assert third.HasField("probability")


TEXTS = st.sampled_from(["", "v", "é" * 64, "é" * 65, "x" * 128, "x" * 129])
SIZES = st.sampled_from([-1, 0, 7, 100, 101])


def read(reading, message, *, is_page):
    """Return the question, or the text of the error."""
    try:
        return reading(message, is_page=is_page)
    except HeadwaterError as error:
        return str(error)


@given(
    st.fixed_dictionaries(
        {name: SIZES if name == "page_size" else TEXTS for name in sorted(PLAIN)}
    ),
    st.booleans(),
)
def test_usual_fields_are_read_as_every_field_is(values, is_page):
    values["recommendation_id"] = values["recommendation_id"] or "r"  # else each draws its own
    if is_page:
        values["user_id"] = ""
    message = pb.RecommendRequest(**values)
    assert read(recommend_request, message, is_page=is_page) == read(
        general_request, message, is_page=is_page
    )
