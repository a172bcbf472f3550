"""Slots written by hand are, to a client, what protobuf itself writes of the same numbers."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.recommendation import recommend_response
from headwater_server.api.translate.slot_bytes import results_bytes
from headwater_server.engine.messages.requests import Recommendation
from headwater_server.engine.messages.results import Results
from headwater_server.replica.answers import Answer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=130)
LONG = st.integers(100, 70_000).map("i".__mul__)  # lengths of one, two and three bytes
NUMBERS = st.floats(allow_nan=False)


@st.composite
def lists(draw: st.DrawFn) -> Results:
    """Lists of all lengths, with and without the numbers that a slot may lack."""
    ids = draw(st.lists(st.one_of(TEXT, LONG), max_size=30))
    columns = st.lists(NUMBERS, min_size=len(ids), max_size=len(ids)).map(
        lambda values: np.array(values, np.float64)
    )
    maybe = st.one_of(st.none(), columns)
    return Results(ids, draw(columns), draw(columns), draw(maybe), draw(maybe))


def written(results: Results) -> pb.RecommendResponse:
    """Return the same slots as objects."""
    message = pb.RecommendResponse()
    for one in results:
        message.results.add(
            item_id=one.item_id,
            score=one.score,
            probability=one.probability,
            propensity=one.propensity,
            first_slot_propensity=one.first_slot_propensity,
        )
    return message


@given(lists())
def test_the_bytes_parse_as_what_protobuf_writes(results: Results) -> None:
    assert pb.RecommendResponse.FromString(results_bytes(results)) == written(results)


@given(lists(), TEXT, st.booleans(), st.lists(TEXT, max_size=2))
def test_an_answer_is_its_slots_and_all_other_fields(
    results: Results, text: str, estimated: bool, degraded: list[str]
) -> None:
    slate = Recommendation("r" + text, results, text, "home", propensities_estimated=estimated)
    answer = Answer(slate, "t" + text, "7-0", tuple(degraded), text)
    expected = written(results)
    expected.recommendation_id, expected.policy, expected.shortfall = "r" + text, text, text
    expected.attribution_token, expected.offset = "t" + text, "7-0"
    expected.degraded.extend(degraded)
    expected.propensities_estimated = estimated
    assert pb.RecommendResponse.FromString(recommend_response(answer)) == expected
