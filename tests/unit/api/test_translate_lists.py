from __future__ import annotations

import pytest

from headwater.v1 import recommendation_service_pb2 as pb
from headwater_server.api.translate.lists import (
    list_similar_items_request,
    list_similar_items_response,
    list_trending_items_request,
    list_trending_items_response,
)
from headwater_server.api.translate.recommendation import exclude_tokens
from headwater_server.engine.messages.requests import ScoredItem
from headwater_server.errors import InvalidRequest
from headwater_server.replica.answers import ListAnswer
from headwater_server.replica.questions import SimilarQuestion, TrendingQuestion


def test_every_field_of_the_questions_arrives() -> None:
    similar = pb.ListSimilarItemsRequest(
        item_ids=["a", "b"], page_size=7, filter="price < 3", min_offset="3-0"
    )
    assert list_similar_items_request(similar) == (
        SimilarQuestion(("a", "b"), 7, "price < 3"),
        "3-0",
    )
    trending = pb.ListTrendingItemsRequest(
        category="shoes", window="week", page_size=7, filter="price < 3", min_offset="3-0"
    )
    assert list_trending_items_request(trending) == (
        TrendingQuestion("shoes", "week", 7, "price < 3"),
        "3-0",
    )


def test_what_is_left_out_has_its_default() -> None:
    question, min_offset = list_trending_items_request(pb.ListTrendingItemsRequest())
    assert (question, min_offset) == (TrendingQuestion("", "", 20, ""), "")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"item_ids": []}, "item_ids"),
        ({"item_ids": ["a"] * 101}, "item_ids"),
        ({"item_ids": ["a", ""]}, "item_ids[1]"),
        ({"item_ids": ["i" * 129]}, "item_ids[0]"),
        ({"page_size": -1}, "page_size"),
        ({"filter": "price <"}, "filter"),
        ({"min_offset": "1" * 129}, "min_offset"),
    ],
)
def test_a_malformed_question_for_similar_items_names_its_field(fields, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list_similar_items_request(pb.ListSimilarItemsRequest(**({"item_ids": ["a"]} | fields)))
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"category": "c" * 257}, "category"),
        ({"page_size": -1}, "page_size"),
        ({"filter": "price <"}, "filter"),
        ({"min_offset": "1" * 129}, "min_offset"),
    ],
)
def test_a_malformed_question_for_trending_items_names_its_field(fields, field) -> None:
    with pytest.raises(InvalidRequest) as caught:
        list_trending_items_request(pb.ListTrendingItemsRequest(**fields))
    assert caught.value.field == field


def test_an_unknown_window_names_those_that_there_are() -> None:
    with pytest.raises(InvalidRequest, match="window names 'month'; there are hour, day, week"):
        list_trending_items_request(pb.ListTrendingItemsRequest(window="month"))


def test_the_lists_go_out_in_order() -> None:
    answer = ListAnswer([ScoredItem("b", 2.0), ScoredItem("a", 1.0)], "9-0")
    for message in (list_similar_items_response(answer), list_trending_items_response(answer)):
        assert [(r.item_id, r.score) for r in message.results] == [("b", 2.0), ("a", 1.0)]
        assert message.offset == "9-0"


def test_a_page_has_at_most_20_other_lists() -> None:
    tokens = ["t"] * 20
    request = pb.RecommendRequest(exclude_attribution_tokens=tokens)
    assert list(exclude_tokens(request)) == tokens
    with pytest.raises(InvalidRequest) as caught:
        exclude_tokens(pb.RecommendRequest(exclude_attribution_tokens=[*tokens, "t"]))
    assert caught.value.field == "exclude_attribution_tokens"
