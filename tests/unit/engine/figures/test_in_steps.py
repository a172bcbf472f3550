"""Reading a day takes short steps, needs no items it was not asked for, and is exact meanwhile."""

from __future__ import annotations

from headwater_server.engine.figures.asking import (
    ITEM,
    PLACEMENT,
    POLICY,
    STEP,
    Question,
    answering,
)
from headwater_server.engine.figures.cells import Cells
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.figures.names import Given
from headwater_server.engine.setting_values.shop_days import DAY_MS
from headwater_server.engine.settings import EngineSettings

ITEMS = 3 * STEP


class Unread(Cells):
    """Items of a day that nobody may read."""

    def __iter__(self):
        raise AssertionError("the items were read")

    values = items = __iter__


def full(items_max: int) -> Figures:
    """Return figures of one day with `ITEMS` items at each of ten placements."""
    figures = Figures()
    figures.adopt(EngineSettings(figures_items_max=items_max))
    today = figures.at(DAY_MS)
    for place in range(10):
        given = Given(f"p{place}", "best", True, f"r{place}")
        names = [f"i{number}" for number in range(place, place + ITEMS)]
        today.see(f"v{place}", given, names, is_new=True)
    return figures


def test_a_question_by_placement_and_policy_reads_no_item() -> None:
    figures = full(1_000)
    figures.today.day.cells = Unread(figures.today.day.cells)
    *_, found = answering(figures, Question(0, 9, frozenset((PLACEMENT, POLICY))))
    assert {row.slots for row in found.rows.values()} == {ITEMS}
    assert len(found.rows) == 10


def test_items_are_counted_once_though_their_day_ends_while_they_are_read() -> None:
    figures = full(10)
    limited = sum(key[2] == "" for key in figures.today.day.cells)
    assert limited  # some are in the rest already
    steps = answering(figures, Question(0, 9, frozenset((ITEM,))))
    next(steps)
    figures.at(2 * DAY_MS)  # all but ten items join the rest
    taken = [*steps]
    found = taken[-1]
    cells = len(figures.closed[1][1].split("],["))
    assert cells == 10 + 10  # and the rest of each placement
    assert found.total.slots == 10 * ITEMS == sum(row.slots for row in found.rows.values())
    again = [*answering(figures, Question(0, 9, frozenset((ITEM,))))][-1]
    assert again.total.slots == found.total.slots


def test_a_full_day_is_read_in_many_steps_also_when_it_is_over() -> None:
    figures = full(100_000)
    question = Question(0, 9, frozenset((ITEM, PLACEMENT)))
    for _ in range(2):
        taken = [*answering(figures, question)]
        assert len(taken) >= 10 * ITEMS // STEP
        assert len(taken[-1].rows) == 10 * ITEMS
        figures.at(2 * DAY_MS)
