"""What is said of the lift of a hold-out, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from headwater_server.engine.setting_values.shop_days import DAY_MS

CLICK_THROUGH = "click_through"
RUNNING, BEFORE, NOT_YET, OVER = "running", "before", "not yet", "over"
CLOSED, NOT_KEPT = "closed", "not kept"


@dataclass(frozen=True, slots=True)
class Days:
    """The days that are asked for, by number, and by how much the shop's begin before UTC's."""

    first: int
    last: int
    offset_ms: int

    def begin_ms(self, day: int) -> int:
        """Return when a day begins."""
        return day * DAY_MS - self.offset_ms


@dataclass(frozen=True, slots=True)
class MeasuredLift:
    """Means of both arms, and the lift with its interval; None: nothing is known."""

    metric: str
    control: float | None
    value: float | None
    lift: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class LiftOfDays:
    """The lift of the days ``first`` to ``last``: those of the question that the hold-out has.

    ``status``: "running" if it ran on at least one of them, else why there is none.
    ``visitors``: by arm, all who had entered by the end of the last day.
    """

    status: str
    first: int
    last: int
    visitors: tuple[int, int] = (0, 0)
    lifts: Sequence[MeasuredLift] = field(default=())


@dataclass(frozen=True, slots=True)
class HoldOutLifts:
    """What a hold-out's sums by day say beside its report."""

    click_through: MeasuredLift
    of_days: LiftOfDays | None
