"""Which events one recommender hits and another misses, by kind."""

from __future__ import annotations

import gzip
import random

import pytest

from benchmarks.quality.contestants import headwater
from benchmarks.quality.kinds import FARTHER, NEW, PAIRED, TWO_STEPS, Kind, kinds
from benchmarks.quality.misses import our_ranks, ranks, table
from benchmarks.quality.sets import read_set
from headwater_server.engine.messages.events import Event, EventItem
from tests.unit.evaluation.conftest import HEADER

MINUTE_MS = 60_000


def kinds_of(acts):
    """``acts`` are (minute, visitor, item)."""
    events = [
        Event(str(n), "view", visitor, items=(EventItem(item),), event_time_ms=minute * MINUTE_MS)
        for n, (minute, visitor, item) in enumerate(acts)
    ]
    return list(kinds(events))


def test_an_item_is_own_or_of_others_or_of_nobody():
    acts = [(0, "v", "a"), (1, "w", "a"), (2, "v", "b"), (3, "v", "a"), (90, "v", "b")]
    acts += [(90, "v", "b")]
    assert [kind.item for kind in kinds_of(acts)] == [
        NEW,
        FARTHER,
        NEW,
        "own, this session, 2 back",
        "own, earlier session",
        "own, this session, 1 back",
    ]


def test_an_item_of_others_is_paired_or_two_steps_away_or_farther():
    walked = [("v", "a"), ("v", "b"), ("w", "b"), ("w", "c"), ("u", "z")]
    asked = {"x": "b", "y": "c", "t": "z"}
    acts = [(n, *act) for n, act in enumerate(walked)]
    for visitor, item in asked.items():
        acts += [(9, visitor, "a"), (9, visitor, item)]
    found = [kind.item for kind in kinds_of(acts)][len(walked) + 1 :: 2]
    assert found == [PAIRED, TWO_STEPS, FARTHER]


def test_a_kind_says_how_long_the_visitor_is_known_and_was_away():
    acts = [(0, "v", "a"), (1, "v", "b"), (1, "v", "c"), (45, "v", "d")]
    assert [(kind.history, kind.gap) for kind in kinds_of(acts)] == [
        ("no item", "the first act"),
        ("1 item", "under 5 min after the last act"),
        ("2 to 4 items", "under 30 s after the last act"),
        ("2 to 4 items", "a new session"),
    ]


def test_a_kind_says_how_often_the_item_was_chosen():
    acts = [(0, f"v{n}", "a") for n in range(7)]
    assert [kind.age for kind in kinds_of(acts)] == [
        NEW,
        "item with 1 act",
        *["item with 2 to 4 acts"] * 3,
        *["item with 5 to 19 acts"] * 2,
    ]


def test_the_table_counts_each_event_once_in_a_kind():
    one, other = Kind("own", "h", "g", "a"), Kind("others", "h", "g", "a")
    mine, theirs = {3: 1, 4: 0, 5: 21, 6: 20, 7: 0}, {3: 9, 4: 2, 5: 3, 6: 0, 7: 0}
    rows = table([one] * 6 + [other] * 2, mine, theirs).splitlines()
    assert rows[2] == "| **all** | 5 | 1 | 1 | 2 | 1 | 1 |"
    assert "| own | 3 | 1 | 0 | 2 | 0 | 1 |" in rows
    assert "| others | 2 | 0 | 1 | 0 | 1 | 0 |" in rows


@pytest.fixture
def data(tmp_path):
    """A set of 600 events whose visitors choose any of 90 items."""
    rng = random.Random(3)
    rows = [f"{n},v{n % 40},i{rng.randrange(90)},view,1" for n in range(600)]
    text = "\n".join([HEADER, *rows]) + "\n"
    (tmp_path / "events.csv.gz").write_bytes(gzip.compress(text.encode()))
    return read_set(tmp_path, 600, {}, events_min=1)


def test_our_rank_is_that_of_the_backtest_or_beyond_it(data):
    deep, short = our_ranks(data), ranks(data, headwater())
    assert {row: rank if rank <= 20 else 0 for row, rank in deep.items()} == short
    assert any(0 < rank <= 20 for rank in deep.values())
    assert any(rank > 20 for rank in deep.values())
    assert min(deep) == 60
