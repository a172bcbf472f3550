"""With experiments, too, batches and restarts change nothing, and asking changes nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from headwater_server.engine.engine import Engine
from headwater_server.engine.experiments import experiments
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.entries import UserErase
from headwater_server.engine.messages.events import Event
from headwater_server.engine.messages.experiments import (
    Experiment,
    ExperimentArm,
    ExperimentStop,
    ExperimentWrite,
    GuardRail,
    PolicyPromote,
    PolicyRollback,
    PolicyWrite,
    Primary,
)

from .shop import EVENTS, ITEM_WRITES, VISITORS, fold

ARMS = ExperimentArm("a"), ExperimentArm("b", "bold")
BEGIN = (
    PolicyWrite("bold", '{"exploration_temperature": 5.0}'),
    ExperimentWrite(Experiment("three", ARMS, layer="z", placements=("z",))),
)
EXPERIMENTS = st.builds(
    lambda name, unit, layer, share, most, window, end_ms: ExperimentWrite(
        Experiment(
            name,
            ARMS,
            layer=layer,
            unit=unit,
            share=share,
            visitors_max=most,
            primary=Primary("reward", window),
            guard_rails=(GuardRail("purchases", -0.1),),
            end_time_ms=end_ms,
        )
    ),
    st.sampled_from(("one", "two")),
    st.sampled_from(("visitor", "user")),
    st.sampled_from(("x", "y")),
    st.sampled_from((0.3, 1.0)),
    st.integers(1, 9),
    st.sampled_from((0.0, 1.0, 60.0)),
    st.sampled_from((0, 5_000_000)),
)
CHANGES = st.one_of(
    EXPERIMENTS,
    EXPERIMENTS,
    st.builds(
        ExperimentStop,
        st.sampled_from(("one", "two")),
        st.sampled_from(("", "a", "b")),
        st.just("enough"),
    ),
    st.builds(PolicyPromote, st.just("bold"), force_reason=st.sampled_from(("", "known"))),
    st.builds(PolicyRollback, st.sampled_from(("", "bold", "calm"))),
    st.builds(
        PolicyWrite,
        st.sampled_from(("bold", "calm")),
        st.sampled_from(('{"diversity": "low"}', '{"seed": 2}')),
    ),
    st.builds(lambda visitor: UserErase("account", (visitor,)), st.sampled_from(VISITORS)),
)
ASSIGNED = st.lists(
    st.builds(Arm, st.sampled_from(("one", "two", "three")), st.sampled_from(("a", "b", "c"))),
    max_size=3,
).map(tuple)


def _in_arms(event, arms):
    return replace(event, slate=replace(event.slate, arms=arms)) if event.slate else event


EXPOSING = st.builds(_in_arms, EVENTS, ASSIGNED)
OPERATIONS = st.lists(st.one_of(EXPOSING, EXPOSING, EXPOSING, CHANGES, ITEM_WRITES), max_size=60)


@given(operations=OPERATIONS, batch_size=st.integers(1, 70), restart=st.integers(0, 60))
@settings(max_examples=40, deadline=None)
def test_batches_and_restarts_give_one_digest(operations, batch_size, restart):
    """Looks come after each second event here, so that they fall everywhere."""
    before, experiments.LOOK_EVENTS = experiments.LOOK_EVENTS, 2
    try:
        operations = [*BEGIN, *operations]
        expected = fold(operations).digest()
        assert fold(operations, batch_size).digest() == expected
        assert fold(operations, 1, restart_after=restart).digest() == expected
    finally:
        experiments.LOOK_EVENTS = before


@given(operations=OPERATIONS)
@settings(max_examples=30, deadline=None)
def test_sums_are_those_of_the_rows_and_reading_changes_nothing(operations):
    engine = fold([*BEGIN, *operations])
    before = engine.digest()
    for view in engine.lookups.experiments():
        report = engine.lookups.experiment_report(view.experiment.experiment_id)
        assert report.digest
        assert sum(arm.visitors for arm in view.arms) == view.visitors
    for running in engine.parts.experiments.active:
        kept = {name: one.copy() for name, one in running.sums.state().items()}
        for _ in running.sums.capping(running.exposed):
            pass
        assert all(
            abs(one - other) <= 1e-6 * max(1.0, abs(one))
            for old, new in zip(kept["rows"].tolist(), running.sums.rows, strict=True)
            for one, other in zip(old, new, strict=True)
        )
        running.sums.load(kept)
    engine.lookups.policies()
    assert engine.digest() == before
    assert Engine.restore(engine.capture()).digest() == before


@given(operations=OPERATIONS)
@settings(max_examples=30, deadline=None)
def test_an_event_sent_again_exposes_and_counts_nobody(operations):
    engine = fold([*BEGIN, *operations])
    before = engine.digest()
    engine.apply(_import([one for one in operations if isinstance(one, Event)]))
    assert engine.digest() == before


def _import(events):
    from headwater_server.engine.messages.entries import Entry

    return Entry(0, tuple(events), imported=True)
