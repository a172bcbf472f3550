"""The memory that a state reports is what the process grew by."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite
from headwater_server.engine.snapshot.memory import memory_bytes

GROWTH = """
import gc, sys
from benchmarks.costs.shop import write
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.snapshot.memory import memory_bytes
from headwater_server.engine.warmup import warm_up
from headwater_server.replica.operators.memory import map_large_blocks, process_bytes

def view(n):
    item = (EventItem(f"item-{n % 200}"),)
    return Event(f"e{n}", "view", f"visitor-{n}", items=item, event_time_ms=500 * n)

def growth(entries):
    gc.collect()
    before = process_bytes(), memory_bytes(engine.parts)
    for entry in entries:
        engine.apply(entry)
    gc.collect()
    print((memory_bytes(engine.parts) - before[1]) / (process_bytes() - before[0]))

map_large_blocks()
warm_up()
engine = Engine()
growth(write(n, n + 500) for n in range(0, 100_000, 500))
growth(
    Entry(10**12, tuple(map(view, range(n, n + 500))), imported=True)
    for n in range(0, 200_000, 500)
)
"""


def test_what_a_container_holds_is_measured() -> None:
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        held = {
            f"key {n}": (f"text {n}" * (n % 9), [float(n), f"x{n}"], {n: None})
            for n in range(5_000)
        }
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert memory_bytes(held) == pytest.approx(grown, rel=0.15)


def test_what_several_refer_to_counts_once() -> None:
    texts = [f"text number {n}" for n in range(2_000)]
    own = memory_bytes(texts)
    assert memory_bytes([texts, texts]) == pytest.approx(own, rel=0.01)
    twice = [texts, dict.fromkeys(texts)]
    assert memory_bytes(twice) < 1.1 * own + sys.getsizeof(twice[1])


def test_items_features_are_counted() -> None:
    engine = Engine()
    gc.collect()
    before = memory_bytes(engine.parts)
    rich = tuple((f"f{n}", f"value {n}") for n in range(40))
    entry = Entry(0, tuple(ItemWrite(Item(f"i{n}", features=rich)) for n in range(500)))
    engine.apply(entry)
    assert memory_bytes(engine.parts) - before > 500 * 40 * 60


@pytest.mark.thorough
def test_a_state_reports_what_the_process_grew_by() -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", GROWTH], capture_output=True, text=True, env=environment, check=True
    )
    items, visitors = map(float, done.stdout.split())
    assert items == pytest.approx(1.0, abs=0.1)
    assert visitors == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("rows", [1, 2, 3, 10, 255, 256, 257, 1_000])
def test_the_measure_of_an_array_of_few_wide_rows_ends(rows):
    """A row cannot be halved: the search for the last one in use must end there."""
    wide = np.ones((rows, 8_192))
    assert memory_bytes(wide) == pytest.approx(wide.nbytes * 1.05, rel=0.01)
    wide[rows // 2 + 1 :] = 0.0
    assert memory_bytes(wide) < wide.nbytes * 1.06
