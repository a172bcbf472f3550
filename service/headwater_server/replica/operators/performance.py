"""What came of lists, for two periods at most, with the hold-outs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.engine.figures.asking import Found, KeptDays, Key, Question
from headwater_server.engine.figures.cells import Cell
from headwater_server.engine.figures.day import Totals
from headwater_server.engine.figures.levels import Level
from headwater_server.engine.figures.rates import Change, Rate, Row, changes_of, rates_of
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.operators.hold_outs import hold_outs
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.shell import Shell
from headwater_server.replica.steps import in_steps

DAYS_DEFAULT = 28
Rates = dict[tuple[str, str], Rate]


@dataclass(frozen=True, slots=True)
class Times:
    """A period in milliseconds; None: not given."""

    start_ms: int | None = None
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What is asked; ``of`` has the filters and the groups, and its days are set from the times."""

    of: Question
    period: Times
    compared: Times
    start: int = 0
    page_size: int = 100


@dataclass(frozen=True, slots=True)
class AnsweredRow:
    """A row of both periods, with its rates and how they changed."""

    key: Key
    row: Row
    rates: Rates
    before: Row | None = None
    rates_before: Rates | None = None
    changes: Sequence[Change] = ()


@dataclass(frozen=True, slots=True)
class PerformanceAnswer:
    """A page of rows, and what is beside them. Periods are the first and the last day."""

    rows: Sequence[AnsweredRow]
    total: AnsweredRow
    count: int
    shop: Totals
    shop_before: Totals | None
    limits: dict[str, int]
    days: KeptDays
    period: tuple[int, int]
    compared: tuple[int, int] | None
    hold_outs: Sequence[ExperimentReport]
    offset: str


class PerformanceReader:
    """Answers from the state alone; reading changes nothing."""

    def __init__(self, engine: StateMachine, shell: Shell) -> None:
        self._engine = engine
        self._shell = shell

    async def ask(self, question: PerformanceQuestion) -> PerformanceAnswer:
        """Return a page. `InvalidRequest` for a period that is none, `NotFound` for a name."""
        days = self._engine.lookups.figures.days()
        period = _period(question.period, days, ("start_time", "end_time"))
        compared = _compared(question.compared, days)
        of = replace(question.of, first=period[0], last=period[1])
        found = await self._found(of)
        await self._check_names(of, found)
        before = None
        if compared is not None:
            before = await self._found(replace(of, first=compared[0], last=compared[1]))
        shift = 0 if compared is None else period[0] - compared[0]
        rows, total = await asyncio.to_thread(_answered, question, found, before, shift)
        return PerformanceAnswer(
            rows,
            total,
            len(found.rows),
            found.shop,
            before.shop if before else None,
            found.limits,
            days,
            period,
            compared,
            await in_steps(hold_outs(self._engine, Days(*period, days.offset_ms))),
            self._shell.tail.position.offset,
        )

    async def _found(self, of: Question) -> Found:
        return (await in_steps(self._engine.lookups.figures.asked(of)))[-1]

    async def _check_names(self, of: Question, found: Found) -> None:
        """Raise `NotFound` for a placement or a policy that no day has."""
        missing = [
            (field, name)
            for field, name, names in (
                ("placement", of.placement, found.placements),
                ("policy", of.policy, found.policies),
            )
            if name is not None and name not in names
        ]
        if not missing:
            return
        days = await in_steps(self._engine.lookups.figures.names())
        for field, name in missing:
            if not any(name in placements | policies for placements, policies in days):
                raise NotFound(field, name)


def _period(times: Times, days: KeptDays, names: tuple[str, str]) -> tuple[int, int]:
    """Return the first and the last day of a period."""
    last = days.today if times.end_ms is None else days.number_at(times.end_ms - 1)
    first = last - DAYS_DEFAULT + 1 if times.start_ms is None else days.number_at(times.start_ms)
    start_ms, end_ms = times.start_ms, times.end_ms
    is_empty = start_ms is not None and end_ms is not None and end_ms <= start_ms
    if is_empty or last < first:
        end = "the state's day" if times.end_ms is None else names[1]
        raise InvalidRequest(names[0], f"is not before {end}: the period has no day")
    return first, last


def _compared(times: Times, days: KeptDays) -> tuple[int, int] | None:
    if times.start_ms is None and times.end_ms is None:
        return None
    names = "compare_start_time", "compare_end_time"
    for name, other, time_ms in zip(
        names, names[::-1], (times.start_ms, times.end_ms), strict=True
    ):
        if time_ms is None:
            raise InvalidRequest(name, f"is required beside {other}")
    return _period(times, days, names)


def _answered(
    question: PerformanceQuestion, found: Found, before: Found | None, shift: int
) -> tuple[list[AnsweredRow], AnsweredRow]:
    """Return the rows of the page and the total; ``shift``: days from one period to the other."""
    keys = sorted(found.rows, key=lambda key: _order(key, found.rows[key]))
    page = keys[question.start : question.start + question.page_size]
    rows = []
    for key in page:
        earlier = None
        if before is not None:
            day = None if key[0] is None else key[0] - shift
            earlier = before.rows.get((day, *key[1:]), _empty(question.of))
        rows.append(_row(key, found.rows[key], earlier))
    total = _row((None, None, None, None), found.total, before.total if before else None)
    return rows, total


def _empty(of: Question) -> Row:
    return Cell() if of.is_of_items else Level()


def _row(key: Key, row: Row, before: Row | None) -> AnsweredRow:
    rates = rates_of(row)
    if before is None:
        return AnsweredRow(key, row, rates)
    return AnsweredRow(key, row, rates, before, rates_of(before), changes_of(row, before))


def _order(key: Key, row: Row) -> tuple[object, ...]:
    names = tuple("" if name is None else name for name in key[1:])
    return (-1 << 40 if key[0] is None else key[0]), -row.slots, names
