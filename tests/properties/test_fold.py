"""The state is a fold over the log: batches, pauses and restarts change nothing."""

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem, Status
from headwater_server.engine.settings import EngineSettings

from .shop import OPERATIONS, ask, busy_engine, fold


@given(operations=OPERATIONS, batch_size=st.integers(1, 70), restart=st.integers(0, 60))
@settings(max_examples=60, deadline=None)
def test_batches_and_restarts_give_one_digest(operations, batch_size, restart):
    """One by one, in batches, and restarted from a snapshot in between: one digest."""
    expected = fold(operations).digest()
    assert fold(operations, batch_size).digest() == expected
    assert fold(operations, 1, restart_after=restart).digest() == expected


@given(operations=OPERATIONS)
@settings(max_examples=40, deadline=None)
def test_sending_everything_twice_learns_it_once(operations):
    """A second copy of every event is EXISTS or CONFLICT, and the digest stays."""
    events = [operation for operation in operations if isinstance(operation, Event)]
    engine = fold(events)
    before, learned = engine.digest(), engine.lookups.counts()["events_learned"]
    outcomes = engine.apply(Entry(0, tuple(events), imported=True))
    assert all(o.status in (Status.EXISTS, Status.CONFLICT) for o in outcomes)
    assert engine.digest() == before
    assert engine.lookups.counts()["events_learned"] == learned


@given(operations=OPERATIONS)
@settings(max_examples=30, deadline=None)
def test_a_restored_engine_answers_and_learns_alike(operations):
    """After a restart the same questions get the same answers, and the same events teach alike."""
    engine = fold(operations)
    again = Engine.restore(engine.capture())
    assert again.lookups.counts() == engine.lookups.counts()
    assert ask(again) == ask(engine)
    more = Event("later", "click", "visitor 1", items=(EventItem("item 3"),), event_time_ms=10**8)
    for one in (engine, again):
        one.apply(Entry(0, (more,), imported=True))
    assert again.digest() == engine.digest()


def test_poison_leaves_no_trace():
    """Events that cannot be learned from, between others, change neither digest nor clock."""
    engine = busy_engine()
    before, clock_ms = engine.digest(), engine.parts.clock_ms
    poison = (
        Event("p1", "no such type", "v", items=(EventItem("item 1"),), event_time_ms=10**12),
        Event("p2", "click", "v", items=(EventItem("item 1", quantity=float("nan")),)),
        Event("p3", "rating", "v", items=(EventItem("item 1"),), value=float("inf")),
    )
    outcomes = engine.apply(Entry(10**12, poison))
    assert {o.status for o in outcomes} == {Status.QUARANTINED}
    assert (engine.digest(), engine.parts.clock_ms) == (before, clock_ms)


def test_live_entries_drive_the_clock_and_it_never_runs_back():
    """The clock is the largest entry time so far; an event's own time does not move it."""
    engine = Engine()
    click = Event("e1", "click", "v", items=(EventItem("a"),), event_time_ms=3_000_000)
    engine.apply(Entry(5_000, (click,)))
    assert engine.parts.clock_ms == 5_000
    engine.apply(Entry(4_000, (Event("e2", "click", "v", items=(EventItem("b"),)),)))
    assert engine.parts.clock_ms == 5_000


def test_settings_take_effect_at_their_place_on_the_log():
    """Before anything was learned they are as if from the start; later, from there on."""
    wished = EngineSettings(rewards={**EngineSettings().rewards, "wish": 0.4}, seed=9)
    wish = Event("w", "wish", "v", items=(EventItem("a"),))
    early = Engine()
    early.apply(Entry(0, (SettingsChange(wished),)))
    assert early.digest() == Engine(wished).digest()
    late = Engine()
    assert late.apply(Entry(1, (wish,)))[0].status is Status.QUARANTINED
    late.apply(Entry(2, (SettingsChange(wished),)))
    assert late.apply(Entry(3, (wish,)))[0].status is Status.CREATED


def test_a_ranker_that_river_lacks_is_refused_as_an_entry():
    """A settings entry that cannot be built is quarantined, and the engine goes on as it was."""
    engine = busy_engine()
    before = engine.digest()
    bad = EngineSettings(ranker="river:linear_model.Nothing()")
    outcome = engine.apply(Entry(0, (SettingsChange(bad),)))[0]
    assert outcome.status is Status.QUARANTINED
    assert "Nothing" in outcome.detail
    assert engine.digest() == before
