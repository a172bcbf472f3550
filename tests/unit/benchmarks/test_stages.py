"""Stages: functions that exist, and time that is counted once."""

from __future__ import annotations

import sys
import types

import pytest

from benchmarks.shops.shop import Shop
from benchmarks.stages.places import EVENT, RECOMMEND
from benchmarks.stages.rounds import measure
from benchmarks.stages.stopwatch import Stopwatch, find


@pytest.mark.parametrize(
    "target",
    sorted({name for places in (RECOMMEND, EVENT) for names in places.values() for name in names}),
)
def test_every_function_of_a_stage_exists(target):
    whole = target if target.startswith("benchmarks.") else f"headwater_server.{target}"
    owner, name = find(whole)
    assert name in owner.__dict__, "named where it is not looked up"


@pytest.fixture
def module(monkeypatch):
    """A module whose `outer` calls its `inner`."""
    made = types.ModuleType("made_for_stages")
    made.inner = lambda: sum(range(20_000))
    made.outer = lambda: made.inner() and None
    monkeypatch.setitem(sys.modules, "made_for_stages", made)
    return made


def test_time_within_another_stage_is_not_counted_twice(module):
    before = module.outer
    watch = Stopwatch()
    targets = {"outer": ("made_for_stages:outer",), "inner": ("made_for_stages:inner",)}
    with watch.watching(targets) as missing:
        for _ in range(20):
            module.outer()
    seconds = watch.seconds()
    assert missing == []
    assert module.outer is before
    assert seconds["inner"] > 0
    assert seconds["outer"] < seconds["inner"]


def test_what_a_build_does_not_have_is_named(module):
    with Stopwatch().watching({"gone": ("made_for_stages:gone", "no_such_module:f")}) as missing:
        pass
    assert missing == ["made_for_stages:gone", "no_such_module:f"]


async def test_both_ways_are_measured_and_answered():
    found = await measure(Shop(items=150, visitors=50, events=200), rounds=1, calls=4)
    assert [one.name for one in found] == ["Recommend", "Feedback of one event"]
    for one in found:
        assert (one.failed, one.missing) == (0, [])
        figures = one.figures()
        assert set(figures) == {"whole_us", "engine_us", "stages_us", "kernel_us"}
        assert sum(figures["stages_us"].values()) == pytest.approx(figures["whole_us"])
    assert {"hidden items", "kernel: history to slots", "token", "guard"} <= set(found[0].stages_us)
    assert {"retrieval: walk", "selection", "features, scores"} <= set(found[0].kernel_us)
    assert {"firewall", "drift", "kernel: ranker's step, counts"} <= set(found[1].stages_us)
