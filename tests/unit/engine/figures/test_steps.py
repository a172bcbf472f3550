"""The day that goes on is copied and asked in short steps: lists are answered between them."""

from __future__ import annotations

import json
import time

import numpy as np

from headwater_server.engine.figures.asking import ITEM, PLACEMENT, Question, answering
from headwater_server.engine.figures.figures import Figures
from headwater_server.engine.figures.money import Line
from headwater_server.engine.figures.names import Given
from headwater_server.engine.snapshot.capture import Capture
from headwater_server.engine.snapshot.state import flatten, unflatten

ITEMS = 3_000


def busy_day(items: int = ITEMS) -> Figures:
    figures = Figures()
    today = figures.at(5_000)
    for number in range(items):
        given = Given("home", "best", True, f"r{number}")
        today.see("vann", given, [f"i{number}"], is_new=True)
        today.click("vann", given, f"i{number}")
    return figures


def test_a_copy_takes_many_steps_and_is_what_is_written_at_once():
    figures = busy_day()
    capture = Capture(figures.state)
    assert sum(1 for _ in capture.take()) > ITEMS / 1_000
    taken, at_once = dict(capture.parts()), dict(flatten(figures.state()))
    assert taken.keys() == at_once.keys()
    for path, leaf in taken.items():
        np.testing.assert_array_equal(leaf, at_once[path], err_msg=path)
    day = figures.today.day
    cells = [[*key, *cell.plain()] for key, cell in day.cells.items()]
    assert taken["today/cells"] == json.dumps(cells, separators=(",", ":")) == day.texts()[1]
    assert len(taken["today/clicked"]) == ITEMS


def test_many_buyers_are_copied_in_many_steps_and_their_key_is_hashed_once():
    figures, hashes = Figures(), []
    today = figures.at(5_000)
    given = Given("home", "best", True, "r")
    find = today.visits.rows.find
    today.visits.rows.find = lambda profile: hashes.append(profile) or find(profile)
    today.see("vann", given, ["i1"], is_new=True)
    assert hashes == ["vann"]
    for number in range(ITEMS):
        line = Line("i1", 1_000_000, 2_500_000 + number, "EUR" if number % 2 else "USD")
        today.order(f"v{number}", [(line, given)])
    steps = [*today.visits.state()["spent"].steps()]
    assert len(steps) == ITEMS // 1_000
    again = Figures()
    again.load(unflatten(flatten(figures.state())))
    for number in (0, 1, ITEMS - 1):
        code = "EUR" if number % 2 else "USD"
        visits = again.today.visits
        assert visits.spent_by(visits.find(f"v{number}")) == {(0, code): 2_500_000 + number}


def test_a_restored_day_counts_on():
    figures, again = busy_day(40), Figures()
    again.load(unflatten(flatten(figures.state())))
    for one in (figures, again):
        one.at(6_000).click("veve", Given("home", "best", True, "r1"), "i1")
        one.at(6_000).click("veve", Given("home", "best", True, "r9"), "i1")
    assert [str(leaf) for leaf in flatten(figures.state())] == [
        str(leaf) for leaf in flatten(again.state())
    ]


def test_a_question_about_lists_does_not_write_the_items_of_today():
    """`/metrics` asks it at each scrape, on the thread that answers lists."""
    figures = busy_day()
    plain = _took(lambda: list(answering(figures, Question(0, 0, frozenset({PLACEMENT})))))
    written = _took(figures.today.day.texts)
    assert plain < written / 4
    found = list(answering(figures, Question(0, 0, frozenset({ITEM}))))[-1]
    assert len(found.rows) == ITEMS
    assert found.total.slots == ITEMS


def test_an_answer_does_not_change_with_the_day():
    figures = busy_day(3)
    by_item = frozenset({ITEM})
    found = list(answering(figures, Question(0, 0, by_item)))[-1]
    figures.at(7_000).see("veve", Given("home", "best", True, "r0"), ["i0"], is_new=False)
    assert found.total.slots == 3
    assert {row.slots for row in found.rows.values()} == {1}


def _took(work) -> float:
    times = []
    for _ in range(5):
        begin = time.thread_time()
        work()
        times.append(time.thread_time() - begin)
    return min(times)
