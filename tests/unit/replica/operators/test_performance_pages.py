"""Pages of figures cost what they show: no day is added up for each page, and few rows are held."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.figures.asking import DAY, ITEM, PLACEMENT, Question
from headwater_server.engine.figures.day import Day
from headwater_server.errors import InvalidRequest, NotFound
from headwater_server.replica.operators.performance import reader as reading
from headwater_server.replica.operators.performance.periods import Times
from headwater_server.replica.operators.performance.reader import (
    PerformanceQuestion,
    PerformanceReader,
)
from headwater_server.replica.operators.performance.rows import Start

DAYS, ITEMS, FIRST = 12, 30, 20_000
DAY_MS = 86_400_000
PERIOD = Times(FIRST * DAY_MS, (FIRST + DAYS) * DAY_MS)
BEFORE = Times((FIRST - 1) * DAY_MS, (FIRST + DAYS - 1) * DAY_MS)


class Closed(dict):
    """Days that are over, which note the task that reads each."""

    def __init__(self, *pairs) -> None:
        super().__init__(*pairs)
        self.reads = []
        self.position = SimpleNamespace(offset="7-0")

    def get(self, number, otherwise=None):
        self.reads.append(asyncio.current_task())
        self.position.offset = f"8-{len(self.reads)}"  # as if an entry were applied meanwhile
        return super().get(number, otherwise)


def cells(number: int) -> str:
    """Return a day's items: each day knows some that no other one has."""
    rows = [
        ["home", "best", f"i{number % 5 * ITEMS + n}", 50 + n, 2, 1, 10**6, {"EUR": 10**6}]
        for n in range(ITEMS)
    ]
    return json.dumps(rows, separators=(",", ":"))


@pytest.fixture
def shop() -> tuple[PerformanceReader, Closed]:
    """Return a reader of figures of `DAYS` days, and these."""
    engine = Engine()
    day = Day()
    day.level(("home", "best"))
    head, _ = day.texts()
    days = range(FIRST, FIRST + DAYS)
    closed = Closed({number: (head, cells(number)) for number in days})
    engine.parts.figures.closed = closed
    shell = SimpleNamespace(tail=SimpleNamespace(position=closed.position))
    return PerformanceReader(engine, shell), closed


def asked(*by: str, page_size: int = 10_000, **fields) -> PerformanceQuestion:
    of = Question(0, 0, frozenset(by))
    question = PerformanceQuestion(of, PERIOD, Times(), page_size=page_size)
    return replace(question, **fields)


async def pages(reader: PerformanceReader, question: PerformanceQuestion) -> list:
    found = [await reader.ask(question)]
    while found[-1].has_more:
        day = found[-1].rows[-1].key[0]
        rows = [row for answer in found for row in answer.rows]
        start = Start(day, sum(row.key[0] == day for row in rows))
        found.append(await reader.ask(replace(question, start=start)))
    return found


@pytest.mark.parametrize("by", [(DAY, ITEM), (ITEM,), (DAY, PLACEMENT, ITEM)])
@pytest.mark.parametrize("size", [7, ITEMS, 4 * ITEMS])
@pytest.mark.parametrize("compared", [Times(), BEFORE])
async def test_all_pages_together_are_the_whole_answer(shop, by, size, compared) -> None:
    reader, closed = shop
    question = asked(*by, compared=compared)
    whole = await reader.ask(question)
    assert not whole.has_more
    closed.reads.clear()
    found = await pages(reader, replace(question, page_size=size))
    rows = [row for answer in found for row in answer.rows]
    assert [repr_of(row) for row in rows] == [repr_of(row) for row in whole.rows]
    assert found[0].summary.count == len(rows) == whole.summary.count
    assert repr_of(found[0].summary.total) == repr_of(whole.summary.total)
    assert [answer.summary for answer in found[1:]] == [None] * (len(found) - 1)
    if compared == Times():  # the first page reads all days; a further one two at its ends
        assert len(closed.reads) <= DAYS + (len(rows) / ITEMS + 2 * len(found)) * (DAY in by)
    else:  # no page of rows by day adds up all days before
        assert DAY not in by or len(closed.reads) <= 2 * DAYS + 4 * len(rows) / ITEMS + 8 * len(
            found
        )


def repr_of(row) -> tuple:
    before = row.before.plain() if row.before else None
    return row.key, row.row.plain(), row.rates, before, row.changes


async def test_an_answer_is_of_no_later_state_than_its_first_step(shop) -> None:
    reader, closed = shop
    assert (await reader.ask(asked(ITEM))).offset == "7-0"
    assert closed.position.offset != "7-0"


@pytest.mark.parametrize(
    ("field", "name"), [("placement", "best"), ("policy", "home"), ("placement", "nothing")]
)
async def test_a_placement_is_no_policy_and_a_policy_no_placement(shop, field, name) -> None:
    reader, _ = shop
    with pytest.raises(NotFound, match=field):
        await reader.ask(asked(of=Question(0, 0, frozenset(), **{field: name})))
    known = {"placement": "home", "policy": "best"}[field]
    for allowed in (known, ""):  # "": lists without one, of which there may be none yet
        await reader.ask(asked(of=Question(0, 0, frozenset(), **{field: allowed})))


async def test_a_page_by_day_holds_its_own_days_alone(shop, monkeypatch) -> None:
    reader, _ = shop
    most = []
    bounded = reading._bounded

    def watched(steps, **given):
        for found in bounded(steps, **given):
            most.append(len(found.rows))
            yield found

    monkeypatch.setattr(reading, "_bounded", watched)
    await pages(reader, asked(DAY, ITEM, page_size=10))
    assert max(most) <= 2 * ITEMS


async def test_more_rows_than_a_question_may_hold_are_refused(shop, monkeypatch) -> None:
    reader, _ = shop
    monkeypatch.setattr(reading, "ROWS_MAX", 2 * ITEMS)
    with pytest.raises(InvalidRequest, match=r"group_by leads to more than 60 rows"):
        await reader.ask(asked(ITEM))
    assert (await reader.ask(asked(DAY, ITEM, page_size=10))).summary.count == DAYS * ITEMS


async def test_questions_about_items_are_answered_one_after_the_other(shop) -> None:
    reader, closed = shop
    await asyncio.gather(*(reader.ask(asked(ITEM)) for _ in range(5)))
    tasks = [id(task) for task in closed.reads]
    changes = sum(one != other for one, other in pairwise(tasks))
    assert (len(set(tasks)), changes) == (5, 4)


async def test_rows_are_kept_until_the_last_page_is_read_and_not_for_long(
    shop, monkeypatch
) -> None:
    reader, _ = shop
    monkeypatch.setattr(reading, "KEPT_S", 0.01)
    await pages(reader, asked(ITEM, page_size=60))
    assert reader._kept is None
    await reader.ask(asked(ITEM, page_size=10))
    assert reader._kept is not None
    while reader._kept is not None:
        await asyncio.sleep(0.01)
