"""What came of lists, for two periods at most, with the hold-outs beside it."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from headwater_server.engine.experiments.lift.reports import Days
from headwater_server.engine.experiments.reports import ExperimentReport
from headwater_server.engine.figures.asking import DAY, Found, KeptDays, Key, Question
from headwater_server.engine.figures.day import Totals
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.operators.hold_outs import hold_outs
from headwater_server.replica.operators.performance.periods import Times, compared_of, period_of
from headwater_server.replica.operators.performance.rows import (
    TOTAL,
    AnsweredRow,
    Start,
    answered,
    moved,
    ordered,
    row_of,
)
from headwater_server.replica.ports.position import time_ms_of
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.shell import Shell
from headwater_server.replica.steps import in_steps

ROWS_MAX = 100_000
"""Rows that one question may hold, of one day if they are by day: each takes about 700 bytes."""
KEPT_S = 60.0


@dataclass(frozen=True, slots=True)
class PerformanceQuestion:
    """What is asked; ``of`` has the filters and the groups, and its days are set from the times.

    ``start``: None for the first page.
    """

    of: Question
    period: Times
    compared: Times
    start: Start | None = None
    page_size: int = 100


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first page has beside its rows: of all rows and days."""

    total: AnsweredRow
    count: int
    shop: Totals
    shop_before: Totals | None
    limits: dict[str, int]
    hold_outs: Sequence[ExperimentReport]


@dataclass(frozen=True, slots=True)
class PerformanceAnswer:
    """A page of rows, and what is beside them. Periods are the first and the last day."""

    rows: Sequence[AnsweredRow]
    has_more: bool
    summary: Summary | None
    days: KeptDays
    period: tuple[int, int]
    compared: tuple[int, int] | None
    offset: str


@dataclass(frozen=True, slots=True)
class Sums:
    """What was found, its keys in order, and the state that it is of."""

    of: Question
    found: Found
    keys: list[Key]
    offset: str


class PerformanceReader:
    """Answers from the state alone; reading changes nothing.

    After the first page, one by day adds up its own days only. Other rows need all days, so those
    of items are kept for the next page, for a minute and of one question. Questions about items are
    answered one after the other: they hold `ROWS_MAX` rows at most, however many ask.
    """

    def __init__(self, engine: StateMachine, shell: Shell) -> None:
        self._engine = engine
        self._shell = shell
        self._turn = asyncio.Lock()
        self._kept: Sums | None = None

    async def ask(self, question: PerformanceQuestion) -> PerformanceAnswer:
        """Return a page. `InvalidRequest` for a period that is none, `NotFound` for a name."""
        days = self._days()
        period = period_of(question.period, days, ("start_time", "end_time"))
        compared = compared_of(question.compared, days)
        asked = replace(question, of=replace(question.of, first=period[0], last=period[1]))
        if not asked.of.is_of_items:
            return await self._answer(asked, days, period, compared)
        async with self._turn:
            return await self._answer(asked, days, period, compared)

    def _days(self) -> KeptDays:
        """Return the kept days; before the first event the present one is that of the log."""
        days = self._engine.lookups.figures.days()
        log_ms = time_ms_of(self._shell.tail.position.offset)
        is_new = days.last is None and days.today <= 0
        return replace(days, today=days.number_at(log_ms)) if is_new and log_ms else days

    async def _answer(
        self,
        question: PerformanceQuestion,
        days: KeptDays,
        period: tuple[int, int],
        compared: tuple[int, int] | None,
    ) -> PerformanceAnswer:
        of, start = question.of, question.start
        sums = await self._sums(question)
        if start is None:
            await self._check_names(of, sums.found)
        end = (start.rows if start else 0) + question.page_size
        keys, has_more = sums.keys[end - question.page_size : end], len(sums.keys) > end
        if of.is_of_items:
            self._keep(sums if has_more and DAY not in of.group_by else None)
        before, shift = None, 0
        if compared is not None:
            shift = period[0] - compared[0]
            before = await self._before(question, compared, keys, shift)
        rows = await asyncio.to_thread(answered, of, keys, sums.found, before, shift)
        summary = None
        if start is None:
            reports = hold_outs(self._engine, Days(*period, days.offset_ms))
            summary = _summary(sums.found, before, await in_steps(reports))
        return PerformanceAnswer(rows, has_more, summary, days, period, compared, sums.offset)

    async def _sums(self, question: PerformanceQuestion) -> Sums:
        """Return the rows up to the end of the page, at least."""
        of, start, kept = question.of, question.start, self._kept
        if start is not None and kept is not None and kept.of == of:
            return kept
        if of.is_of_items:
            self._keep(None)
        # taken before the first step, since entries are applied between the steps
        offset = self._shell.tail.position.offset
        most = question.page_size + (start.rows if start else 0)
        if start is not None and start.day is not None:
            of = replace(of, first=max(of.first, start.day))
        steps = self._engine.lookups.figures.asked(of, most)
        found = (await in_steps(_bounded(steps, to_the_end=start is None)))[-1]
        return Sums(question.of, found, await asyncio.to_thread(ordered, found.rows), offset)

    async def _before(
        self, question: PerformanceQuestion, compared: tuple[int, int], keys: list[Key], shift: int
    ) -> Found:
        """Return the rows of ``keys`` in the period before; the first page needs its total, too."""
        first, last = compared
        if question.start is not None:
            days = [key[0] - shift for key in keys if key[0] is not None]
            first, last = max([first, *days[:1]]), min([last, *days[-1:]])
        of = replace(question.of, first=first, last=last)
        wanted = {moved(key, shift) for key in keys}
        return (await in_steps(self._engine.lookups.figures.asked(of, keys=wanted)))[-1]

    def _keep(self, sums: Sums | None) -> None:
        """Keep them for the next page, but not for long; None: free the memory."""
        self._kept = sums
        if sums is not None:
            asyncio.get_running_loop().call_later(KEPT_S, self._let_go, sums)

    def _let_go(self, sums: Sums) -> None:
        if self._kept is sums:
            self._kept = None

    async def _check_names(self, of: Question, found: Found) -> None:
        """Raise `NotFound` for a placement or a policy that no day has; "" is none."""
        asked = ("placement", of.placement), ("policy", of.policy)
        missing = [
            (kind, field, name)
            for kind, (field, name) in enumerate(asked)
            if name and name not in (found.placements, found.policies)[kind]
        ]
        if not missing:
            return
        days = await in_steps(self._engine.lookups.figures.names())
        for kind, field, name in missing:
            if not any(name in of_day[kind] for of_day in days):
                raise NotFound(field, name)


def _bounded(steps: Iterator[Found], *, to_the_end: bool) -> Iterator[Found]:
    """Yield the steps until there are rows enough; refuse more rows than a question may hold."""
    for found in steps:
        if len(found.rows) > ROWS_MAX:
            raise InvalidRequest(
                "group_by",
                f"leads to more than {ROWS_MAX:,} rows: ask for fewer days, or for one placement, "
                "policy or item",
            )
        yield found
        if found.is_enough and not to_the_end:
            return


def _summary(found: Found, before: Found | None, reports: Collection[ExperimentReport]) -> Summary:
    return Summary(
        row_of(TOTAL, found.total, before.total if before else None),
        found.count,
        found.shop,
        before.shop if before else None,
        found.limits,
        [*reports],
    )
