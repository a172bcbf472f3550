"""UserService: translates the search for visitors and accounts."""

from __future__ import annotations

import re

from headwater.v1 import user_service_pb2 as pb
from headwater_server.api.translate.checks import page_size, short_text
from headwater_server.api.translate.pages import after_item_id, page_token
from headwater_server.api.translate.values import time_message
from headwater_server.engine.lookups.visitor_listing import (
    Place,
    VisitorFigures,
    VisitorQuestion,
)
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators.operator_reads import VisitorsAnswer

PAGE_DEFAULT = 50
PAGE_MAX = 500
TOKEN_BYTES_MAX = 160  # a place: two numbers and an id
_PLACE = re.compile(r"([0-2]) (\d{1,18}) ([uv].{1,128})", re.ASCII | re.DOTALL)


def list_visitors_request(request: pb.ListVisitorsRequest) -> VisitorQuestion:
    """Return the question; it asks for one more than the page holds."""
    return VisitorQuestion(
        text=short_text("query", request.query),
        count=page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX) + 1,
        after=_place(request.page_token),
    )


def _place(token: str) -> Place | None:
    """Return the place in the list that the page starts after."""
    text = after_item_id(token, TOKEN_BYTES_MAX)
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise InvalidRequest("page_token", "is not a token of this service")
    return Place(int(found[1]), -int(found[2]), found[3])


def list_visitors_response(
    answer: VisitorsAnswer, question: VisitorQuestion
) -> pb.ListVisitorsResponse:
    """Return the page without the one that is too many, which says that there is another page."""
    size, page = question.count - 1, answer.page
    shown = page.visitors[:size]
    return pb.ListVisitorsResponse(
        visitors=map(_summary, shown),
        next_page_token=_token(shown[-1].place) if len(page.visitors) > size else "",
        total_count=page.total,
        searched_count=page.searched,
        profile_count=page.profiles,
        offset=answer.offset,
        unsearched_count=answer.unsearched,
    )


def _token(place: Place) -> str:
    return page_token(f"{place.fit} {-place.minus_act} {place.key}")


def _summary(one: VisitorFigures) -> pb.VisitorSummary:
    return pb.VisitorSummary(
        visitor_id=one.visitor_id,
        user_id=one.user_id,
        last_active_time=time_message(one.last_ms) if one.last_ms else None,
        item_count=one.items,
        linked_visitor_count=one.visitors,
    )
