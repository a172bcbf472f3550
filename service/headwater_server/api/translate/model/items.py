"""ModelService: translates statistics of items."""

from __future__ import annotations

from headwater.v1 import item_statistics_pb2
from headwater.v1 import model_service_pb2 as pb
from headwater_server.api.translate.act_rates import act_rate_message
from headwater_server.api.translate.checks import (
    LABEL_BYTES_MAX,
    checked_filter,
    page_size,
    short_text,
    texts,
)
from headwater_server.api.translate.items import item_message
from headwater_server.api.translate.pages import (
    PAGE_BYTES_MAX,
    after_item_id,
    as_many_as_fit,
    page_token,
)
from headwater_server.engine.lookups.statistics import ItemFigures, ItemOrder, ItemQuestion
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators.operator_reads import ItemsAnswer

PAGE_DEFAULT = 50
PAGE_MAX = 500
IDS_MAX = 100
PLACE_DIGITS_MAX = 9

ORDERS = {
    item_statistics_pb2.ITEM_ORDER_UNSPECIFIED: ItemOrder.INTERACTIONS,
    item_statistics_pb2.ITEM_ORDER_TOUCHES: ItemOrder.INTERACTIONS,
    item_statistics_pb2.ITEM_ORDER_RECENT: ItemOrder.RECENT,
    item_statistics_pb2.ITEM_ORDER_TRENDING: ItemOrder.TRENDING,
    item_statistics_pb2.ITEM_ORDER_NEW: ItemOrder.NEW,
    item_statistics_pb2.ITEM_ORDER_PROBABILITY_BEST: ItemOrder.PROBABILITY_BEST,
}


def list_item_statistics_request(
    request: pb.ListItemStatisticsRequest,
) -> tuple[ItemQuestion, str]:
    """Return the question, and the text that ids or titles must contain."""
    if request.order not in ORDERS:
        raise InvalidRequest("order", f"is {request.order}, which is no value of ItemOrder")
    question = ItemQuestion(
        start=_place(request.page_token),
        page_size=page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX),
        order=ORDERS[request.order],
        item_ids=texts("item_ids", request.item_ids, count_max=IDS_MAX),
        filter=checked_filter("filter", request.filter),
        placement=short_text("placement", request.placement),
    )
    return question, short_text("query", request.query, LABEL_BYTES_MAX)


def _place(token: str) -> int:
    """Return the place in the order that the page starts at."""
    text = after_item_id(token)
    if text and not (text.isascii() and text.isdigit() and len(text) <= PLACE_DIGITS_MAX):
        raise InvalidRequest("page_token", "is not a token of this service")
    return int(text or 0)


def list_item_statistics_response(
    question: ItemQuestion, answer: ItemsAnswer, bytes_max: int = PAGE_BYTES_MAX
) -> pb.ListItemStatisticsResponse:
    """Return the page, or as much of it as fits, and the token of the next one."""
    found, total = answer.page
    items = as_many_as_fit(map(_statistics, found), bytes_max)
    end = question.start + len(items)
    return pb.ListItemStatisticsResponse(
        items=items,
        next_page_token=page_token(str(end)) if items and end < total else "",
        total_count=total,
        offset=answer.offset,
    )


def _statistics(one: ItemFigures) -> item_statistics_pb2.ItemStatistics:
    hour, day, week = one.recent
    rising_hour, rising_day, rising_week = one.rises
    return item_statistics_pb2.ItemStatistics(
        item_id=one.item_id,
        item=item_message(one.item) if one.item else None,
        shown=one.shown,
        touches=one.interactions,
        repeat_touches=one.repeats,
        touches_since=one.interactions_since,
        touches_hour=hour,
        touches_day=day,
        touches_week=week,
        trend_hour=rising_hour,
        trend_day=rising_day,
        trend_week=rising_week,
        impressions=one.impressions,
        acts=one.acts,
        reward=one.reward,
        act_rates=map(act_rate_message, one.act_rates),
    )
