"""Acts that are learned in batches have the figures of one by one, and those of a recount."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine.batches import batches
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Status
from headwater_server.engine.settings import EngineSettings
from tests.unit.engine.figures.test_recount import WINDOW_MINUTES, Shop, answered, check

EVENTS, TOGETHER = 2_000, 1_000
SETTINGS = EngineSettings(attribution_window_minutes=WINDOW_MINUTES)


def joined(shop: Shop, *, is_import: bool) -> list[Entry]:
    """Return the shop's entries, many events in each; those of an import have their own times."""
    found, first = [], len(shop.entries) - EVENTS
    for start in (0, *range(first, len(shop.entries), TOGETHER)):
        part = shop.entries[start : first if start == 0 else start + TOGETHER]
        events = [
            replace(one.operations[0], event_time_ms=one.time_ms if is_import else None)
            for one in part
        ]
        found.append(Entry(part[-1].time_ms, tuple(events), imported=is_import))
    return found


@pytest.mark.parametrize("is_import", [False, True], ids=["live", "import"])
def test_batches_of_a_thousand_count_as_one_by_one_and_as_a_recount(is_import, monkeypatch) -> None:
    noted, note = [], batches._note
    monkeypatch.setattr(batches, "_note", lambda *given: noted.append(note(*given)) or noted[-1])
    together_by = 40 if is_import else TOGETHER
    shop = Shop(5, EVENTS, visitors=40, together=together_by, plain=0.95)
    together, single = Engine(SETTINGS), Engine(SETTINGS)
    for entry in joined(shop, is_import=is_import):
        outcomes = together.apply(entry)
        assert {one.status for one in outcomes} == {Status.CREATED}
        for operation in entry.operations:
            single.apply(replace(entry, operations=(operation,)))
    assert sum(noted) > EVENTS / 2  # most acts went by column
    assert together.digest() == single.digest()
    for by in ((), ("day", "placement", "policy"), ("day", "item")):
        assert answered(together, *by) == answered(single, *by)
    check(together, shop)
    (total,) = answered(together).values()
    assert total["clicks"] > 10
    assert total["orders"] > 10
