"""What came of the lists: rows of figures in natural units, and the lift against the hold-out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate, what it is made of, and its interval; ``method`` names the interval."""

    value: float
    numerator: float
    denominator: float
    low: float
    high: float
    method: str


@dataclass(frozen=True, slots=True)
class Revenue:
    """Revenue in one currency; ``amount_micros`` is exact, in millionths."""

    currency_code: str
    amount: float
    amount_micros: int
    per_visitor: Rate | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """See PerformanceFigures in the protos; ``visitors`` and ``buyers`` are None of items."""

    lists: int
    impressions: int
    clicks: int
    orders: int
    units: float
    visitors: int | None
    buyers: int | None
    click_through: Rate | None
    conversion: Rate | None
    revenue: Sequence[Revenue]


@dataclass(frozen=True, slots=True)
class RateChange:
    """How a rate differs from that of the period that it is compared with."""

    figure: str
    currency_code: str
    difference: float
    low: float
    high: float
    relative: float | None


@dataclass(frozen=True, slots=True)
class PerformanceRow:
    """Figures by what the question groups them by; the others of these are None."""

    figures: Figures
    day: datetime | None = None
    placement: str | None = None
    policy: str | None = None
    item_id: str | None = None
    compared: Figures | None = None
    changes: Sequence[RateChange] = ()


@dataclass(frozen=True, slots=True)
class ShopTotals:
    """All orders of the shop, attributed to a list or not."""

    orders: int
    units: float
    revenue: Sequence[Revenue]
    lines_without_amount: int


@dataclass(frozen=True, slots=True)
class Lift:
    """By how much recommendations are better than the most popular items; None: not known yet."""

    metric: str
    control: float | None
    value: float | None
    lift: float | None
    low: float | None
    high: float | None
    text: str
    currency_code: str


@dataclass(frozen=True, slots=True)
class HoldOutPeriod:
    """The lift of the question's period alone; without ``lifts`` the ``text`` says why."""

    start_time: datetime
    end_time: datetime
    control_visitors: int
    visitors: int
    lifts: Sequence[Lift]
    text: str


@dataclass(frozen=True, slots=True)
class HoldOut:
    """An experiment whose control gets the most popular items; ``lifts``: since it began."""

    experiment_id: str
    state: str
    share: float
    start_time: datetime | None
    control_visitors: int
    visitors: int
    lifts: Sequence[Lift]
    period: HoldOutPeriod | None = None


@dataclass(frozen=True, slots=True)
class Performance:
    """The answer, with the rows of all pages; see GetPerformanceResponse in the protos."""

    rows: Sequence[PerformanceRow]
    total: PerformanceRow
    shop: ShopTotals
    shop_compared: ShopTotals | None
    start_time: datetime
    end_time: datetime
    compare_start_time: datetime | None
    compare_end_time: datetime | None
    first_day: datetime | None
    level: float
    limits: Mapping[str, int]
    hold_outs: Sequence[HoldOut]
    offset: str
    day_offset_hours: float = 0.0
    """By how much the shop's days begin before those of UTC."""
    next_page_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What is asked: a period by whole days, groups, filters (None: of all).

    ``group_by``: any of "day", "placement", "policy", "item".
    """

    start_time: datetime | None = None
    end_time: datetime | None = None
    compare_start_time: datetime | None = None
    compare_end_time: datetime | None = None
    group_by: Iterable[str] = ()
    placement: str | None = None
    policy: str | None = None
    item_id: str = ""
    currency_code: str = ""
