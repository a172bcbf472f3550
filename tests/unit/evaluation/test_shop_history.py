"""A history is the same operations in the same order, however it is cut into entries."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_history


@pytest.mark.parametrize("batch_size", [1, 7, 1000])
def test_the_size_of_the_batches_changes_no_operation(write, batch_size):
    events = write(*[f"{n},v{n % 3},i{n},view,1" for n in range(20)])
    items = write(*[f"i{n},T{n}" for n in range(9)], header="item_id,title", name="items.csv")
    history = read_history(events, items, EngineSettings())
    entries = [*history.preface(batch_size), *history.batches(batch_size)]
    operations = [operation for entry in entries for operation in entry.operations]
    assert operations[1:10] == [replace(write, set_time_ms=0) for write in history.items]
    assert operations[10:] == list(history.events.events())
    assert max(len(entry.operations) for entry in entries) <= batch_size
