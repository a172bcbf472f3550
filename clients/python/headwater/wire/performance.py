"""Write questions about what came of the lists, and read their answers."""

from __future__ import annotations

from collections.abc import Iterable

from headwater.performance import (
    Figures,
    HoldOut,
    HoldOutPeriod,
    Lift,
    Performance,
    PerformanceQuestion,
    PerformanceRow,
    Rate,
    RateChange,
    Revenue,
    ShopTotals,
)
from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import performance_pb2
from headwater.wire.fields import built
from headwater.wire.values import from_time, set_time, to_ids, to_time


def performance_request(
    question: PerformanceQuestion, page_size: int, page_token: str
) -> pb.GetPerformanceRequest:
    """Write a question."""
    names = ("start_time", "end_time", "compare_start_time", "compare_end_time")
    return built(
        pb.GetPerformanceRequest,
        **{name: to_time(name, getattr(question, name)) for name in names},
        group_by=to_ids("group_by", question.group_by),
        placement=question.placement,
        policy=question.policy,
        item_id=question.item_id,
        currency_code=question.currency_code,
        page_size=page_size,
        page_token=page_token,
    )


def performance(response: pb.GetPerformanceResponse) -> Performance:
    """Read a page."""
    compared = response.HasField("shop_compared")
    return Performance(
        rows=tuple(map(_row, response.rows)),
        total=_row(response.total),
        shop=_shop(response.shop),
        shop_compared=_shop(response.shop_compared) if compared else None,
        start_time=from_time(response.start_time),
        end_time=from_time(response.end_time),
        compare_start_time=set_time(response, "compare_start_time"),
        compare_end_time=set_time(response, "compare_end_time"),
        first_day=set_time(response, "first_day"),
        level=response.level,
        limits=dict(response.limits),
        hold_outs=tuple(map(_hold_out, response.hold_outs)),
        offset=response.offset,
        day_offset_hours=response.day_offset_hours,
        next_page_token=response.next_page_token,
    )


def _row(one: performance_pb2.PerformanceRow) -> PerformanceRow:
    return PerformanceRow(
        figures=_figures(one.figures),
        day=set_time(one, "day"),
        placement=one.placement if one.HasField("placement") else None,
        policy=one.policy if one.HasField("policy") else None,
        item_id=one.item_id if one.HasField("item_id") else None,
        compared=_figures(one.compared) if one.HasField("compared") else None,
        changes=tuple(map(_change, one.changes)),
    )


def _figures(one: performance_pb2.PerformanceFigures) -> Figures:
    return Figures(
        lists=one.lists,
        impressions=one.impressions,
        clicks=one.clicks,
        orders=one.orders,
        units=one.units,
        visitors=one.visitors if one.HasField("visitors") else None,
        buyers=one.buyers if one.HasField("buyers") else None,
        click_through=_rate(one.click_through) if one.HasField("click_through") else None,
        conversion=_rate(one.conversion) if one.HasField("conversion") else None,
        revenue=_revenue(one.revenue),
    )


def _rate(one: performance_pb2.PerformanceRate) -> Rate:
    return Rate(one.value, one.numerator, one.denominator, one.low, one.high, one.method)


def _revenue(several: Iterable[performance_pb2.PerformanceRevenue]) -> tuple[Revenue, ...]:
    return tuple(
        Revenue(
            currency_code=one.currency_code,
            amount=one.amount,
            amount_micros=one.amount_micros,
            per_visitor=_rate(one.per_visitor) if one.HasField("per_visitor") else None,
        )
        for one in several
    )


def _change(one: performance_pb2.PerformanceChange) -> RateChange:
    relative = one.relative if one.HasField("relative") else None
    return RateChange(one.figure, one.currency_code, one.difference, one.low, one.high, relative)


def _shop(one: performance_pb2.ShopTotals) -> ShopTotals:
    return ShopTotals(one.orders, one.units, _revenue(one.revenue), one.lines_without_amount)


def _hold_out(one: performance_pb2.HoldOut) -> HoldOut:
    return HoldOut(
        experiment_id=one.experiment_id,
        state=one.state,
        share=one.share,
        start_time=set_time(one, "start_time"),
        control_visitors=one.control_visitors,
        visitors=one.visitors,
        lifts=tuple(map(_lift, one.lifts)),
        period=_period(one.period) if one.HasField("period") else None,
    )


def _period(one: performance_pb2.HoldOutPeriod) -> HoldOutPeriod:
    return HoldOutPeriod(
        start_time=from_time(one.start_time),
        end_time=from_time(one.end_time),
        control_visitors=one.control_visitors,
        visitors=one.visitors,
        lifts=tuple(map(_lift, one.lifts)),
        text=one.text,
    )


def _lift(one: performance_pb2.Lift) -> Lift:
    return Lift(
        metric=one.metric,
        control=one.control if one.HasField("control") else None,
        value=one.value if one.HasField("value") else None,
        lift=one.lift if one.HasField("lift") else None,
        low=one.low if one.HasField("low") else None,
        high=one.high if one.HasField("high") else None,
        text=one.text,
        currency_code=one.currency_code,
    )
