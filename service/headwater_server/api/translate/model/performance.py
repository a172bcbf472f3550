"""ModelService: translates figures of what came of lists."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from zlib import crc32

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import performance_pb2
from headwater_server.api.translate.checks import at_most, one_of, page_size, short_text
from headwater_server.api.translate.items import currency
from headwater_server.api.translate.model.hold_outs import hold_out_message
from headwater_server.api.translate.pages import after_item_id, as_many_as_fit, page_token
from headwater_server.api.translate.values import checked_time_ms, clipped_time
from headwater_server.engine.figures.asking import DAY, GROUPS, KeptDays, Question
from headwater_server.engine.figures.day import Totals
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.figures.money import MILLION
from headwater_server.engine.figures.rates import (
    CLICK_THROUGH,
    CONVERSION,
    LEVEL,
    PER_VISITOR,
    Change,
    Rate,
    Row,
)
from headwater_server.errors import InvalidRequest
from headwater_server.replica.operators.performance.periods import Times
from headwater_server.replica.operators.performance.reader import (
    PerformanceAnswer,
    PerformanceQuestion,
    Summary,
)
from headwater_server.replica.operators.performance.rows import AnsweredRow, Rates, Start

PAGE_DEFAULT, PAGE_MAX = 100, 1_000
HOUR_MS = 3_600_000
PLACE = re.compile(r"(?:(?P<day>-?[0-9]{1,9}):)?(?P<rows>[0-9]{1,9})")
Rows = Sequence[AnsweredRow]
_INT64_MAX = 2**63 - 1


def get_performance_request(request: pb.GetPerformanceRequest) -> PerformanceQuestion:
    """Return what is asked."""
    at_most("group_by", request.group_by, 2 * len(GROUPS))
    for place, name in enumerate(request.group_by):
        one_of(f"group_by[{place}]", name, GROUPS)
    currency("currency_code", request.currency_code)
    of = Question(
        first=0,
        last=0,
        group_by=frozenset(request.group_by),
        placement=_named(request, "placement"),
        policy=_named(request, "policy"),
        item_id=short_text("item_id", request.item_id) or None,
    )
    return PerformanceQuestion(
        of,
        Times(_time_ms(request, "start_time"), _time_ms(request, "end_time")),
        Times(_time_ms(request, "compare_start_time"), _time_ms(request, "compare_end_time")),
        _start(request),
        page_size(request.page_size, PAGE_DEFAULT, PAGE_MAX),
    )


def _named(request: Message, field: str) -> str | None:
    if not request.HasField(field):
        return None
    return short_text(field, getattr(request, field))


def _time_ms(request: Message, field: str) -> int | None:
    if not request.HasField(field):
        return None
    return checked_time_ms(field, getattr(request, field))


def _asked(request: pb.GetPerformanceRequest) -> int:
    """Return what all pages of one question have in common."""
    same = pb.GetPerformanceRequest()
    same.CopyFrom(request)
    same.ClearField("page_token")
    same.ClearField("page_size")
    return crc32(same.SerializeToString(deterministic=True))


def _start(request: pb.GetPerformanceRequest) -> Start | None:
    """Return where the page starts; None: the first one."""
    if not request.page_token:
        return None
    asked, _, place = after_item_id(request.page_token).partition("@")
    if asked != str(_asked(request)):
        raise InvalidRequest("page_token", "belongs to another question: its fields changed")
    found = PLACE.fullmatch(place)
    if found is None or (found["day"] is None) == (DAY in request.group_by):
        raise InvalidRequest("page_token", "is not a token of this service")
    return Start(None if found["day"] is None else int(found["day"]), int(found["rows"]))


def _next(request: pb.GetPerformanceRequest, start: Start | None, rows: Rows) -> str:
    """Return the token of the page after these rows."""
    day = rows[-1].key[0]
    count = sum(row.key[0] == day for row in rows)
    if start is not None and start.day == day:
        count += start.rows
    place = str(count) if day is None else f"{day}:{count}"
    return page_token(f"{_asked(request)}@{place}")


def get_performance_response(
    request: pb.GetPerformanceRequest,
    question: PerformanceQuestion,
    answer: PerformanceAnswer,
    bytes_max: int,
) -> pb.GetPerformanceResponse:
    """Return the page, as many rows as fit."""
    code, days = request.currency_code, answer.days
    rows = as_many_as_fit((_row(days, row, code) for row in answer.rows), bytes_max)
    has_more = answer.has_more or len(rows) < len(answer.rows)
    compared = answer.compared
    response = pb.GetPerformanceResponse(
        rows=rows,
        next_page_token=_next(request, question.start, answer.rows[: len(rows)])
        if has_more
        else "",
        start_time=_begin(days, answer.period[0]),
        end_time=_begin(days, answer.period[1] + 1),
        compare_start_time=_begin(days, compared[0]) if compared else None,
        compare_end_time=_begin(days, compared[1] + 1) if compared else None,
        first_day=None if days.first is None else _begin(days, days.first),
        level=LEVEL,
        offset=answer.offset,
        day_offset_hours=days.offset_ms / HOUR_MS,
    )
    if answer.summary is not None:
        response.MergeFrom(_summed(days, answer.summary, code))
    return response


def _summed(days: KeptDays, summary: Summary, code: str) -> pb.GetPerformanceResponse:
    """Return what only the first page has."""
    before = summary.shop_before
    return pb.GetPerformanceResponse(
        total_rows=summary.count,
        total=_row(days, summary.total, code),
        shop=_shop(summary.shop, code),
        shop_compared=_shop(before, code) if before else None,
        limits=summary.limits,
        hold_outs=[hold_out_message(one, days) for one in summary.hold_outs],
    )


def _begin(days: KeptDays, number: int) -> Timestamp:
    """Return when a day begins."""
    return clipped_time(days.begin_ms(number))


def _row(days: KeptDays, row: AnsweredRow, code: str) -> performance_pb2.PerformanceRow:
    day, placement, policy, item_id = row.key
    before = None
    if row.before is not None:
        before = _figures(row.before, row.rates_before or {}, code)
    return performance_pb2.PerformanceRow(
        day=None if day is None else _begin(days, day),
        placement=placement,
        policy=policy,
        item_id=item_id,
        figures=_figures(row.row, row.rates, code),
        compared=before,
        changes=[_change(one) for one in row.changes if code in ("", one.code) or not one.code],
    )


def _figures(row: Row, rates: Rates, code: str) -> performance_pb2.PerformanceFigures:
    level = row if isinstance(row, Level) else None
    return performance_pb2.PerformanceFigures(
        lists=level.lists if level else 0,
        impressions=row.slots,
        clicks=row.clicks,
        orders=row.orders,
        units=row.units / MILLION,
        visitors=level.visitors if level else None,
        buyers=level.buyers if level else None,
        click_through=_rate(rates.get((CLICK_THROUGH, ""))),
        conversion=_rate(rates.get((CONVERSION, ""))),
        revenue=_revenue(row.money, code, rates),
    )


def _revenue(
    money: Mapping[str, int], code: str, rates: Rates
) -> list[performance_pb2.PerformanceRevenue]:
    return [
        performance_pb2.PerformanceRevenue(
            currency_code=one,
            amount=micros / MILLION,
            amount_micros=max(-_INT64_MAX, min(_INT64_MAX, micros)),
            per_visitor=_rate(rates.get((PER_VISITOR, one))),
        )
        for one, micros in sorted(money.items())
        if code in ("", one)
    ]


def _shop(totals: Totals, code: str) -> performance_pb2.ShopTotals:
    return performance_pb2.ShopTotals(
        orders=totals.orders,
        units=totals.units / MILLION,
        revenue=_revenue(totals.money, code, {}),
        lines_without_amount=totals.left_out,
    )


def _rate(rate: Rate | None) -> performance_pb2.PerformanceRate | None:
    if rate is None:
        return None
    return performance_pb2.PerformanceRate(
        value=rate.value,
        numerator=rate.numerator,
        denominator=rate.denominator,
        low=rate.interval.low,
        high=rate.interval.high,
        method=rate.method,
    )


def _change(change: Change) -> performance_pb2.PerformanceChange:
    return performance_pb2.PerformanceChange(
        figure=change.figure,
        currency_code=change.code,
        difference=change.difference,
        low=change.interval.low,
        high=change.interval.high,
        relative=change.relative,
    )
