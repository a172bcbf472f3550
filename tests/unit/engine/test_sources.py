"""How far sources were read: each message counts once, and the state says it."""

from __future__ import annotations

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import (
    Entry,
    Item,
    ItemWrite,
    Mark,
    SettingsChange,
    SourceAdvance,
)
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.settings import EngineSettings


def click(event_id: str) -> Event:
    return Event(event_id, "click", "ann", items=(EventItem("tent"),))


def advance(before: str, after: str, operations: int) -> SourceAdvance:
    return SourceAdvance("clicks", "0", before, after, operations, messages=operations)


def fold(engine: Engine, *operations: object, time_ms: int = 1_000) -> list[Status]:
    return [one.status for one in engine.apply(Entry(time_ms, tuple(operations)))]


def test_a_batch_counts_only_where_the_state_is() -> None:
    engine = Engine()
    assert fold(engine, advance("", "2", 2), click("a"), click("b")) == [Status.CREATED] * 3
    again = [advance("", "2", 2), click("other"), ItemWrite(Item("i")), click("c")]
    skipped = fold(engine, *again)
    assert skipped == [Status.EXISTS, Status.EXISTS, Status.EXISTS, Status.CREATED]
    assert fold(engine, advance("2", "3", 1), click("other")) == [Status.CREATED] * 2
    assert engine.lookups.counts()["events_learned"] == 4
    assert engine.lookups.get_item("i") is None
    state = engine.lookups.sources()["clicks", "0"]
    assert (state.position, state.messages, state.time_ms) == ("3", 3, 1_000)


def test_what_does_not_count_leaves_no_trace_and_may_be_applied_in_parts() -> None:
    one, other = Engine(), Engine()
    for engine in (one, other):
        fold(engine, advance("", "1", 1), click("a"))
    fold(one, advance("9", "10", 2))  # an entry is applied part by part
    fold(one, click("b"), click("c"), time_ms=2_000)
    assert one.digest() == other.digest()
    assert fold(one, click("b"), Mark("end")) == [Status.CREATED] * 2


def test_positions_are_in_the_snapshot_and_in_the_digest() -> None:
    engine, without = Engine(), Engine()
    before = engine.digest()
    fold(engine, advance("", "7", 0))
    assert engine.digest() != before == without.digest()
    restored = Engine.restore(engine.capture())
    assert restored.digest() == engine.digest()
    assert restored.lookups.sources() == engine.lookups.sources()
    assert fold(restored, advance("7", "8", 0)) == [Status.CREATED]
    assert "sources" not in without.parts.state()


def test_settings_on_an_empty_state_keep_the_positions() -> None:
    engine = Engine()
    fold(engine, advance("", "7", 0), SettingsChange(EngineSettings(seed=5)))
    assert engine.lookups.sources()["clicks", "0"].position == "7"
    assert fold(engine, advance("3", "4", 1), SettingsChange(EngineSettings(seed=6)))[1:] == [
        Status.EXISTS
    ]
    assert engine.settings.seed == 5
