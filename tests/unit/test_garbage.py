"""Passes of the garbage collector: what a long one leaves is frozen, after a short one nothing."""

from __future__ import annotations

import gc

import pytest

from headwater_server.garbage import (
    FULL,
    YOUNG_MAX,
    ShortPasses,
    keep_passes_short,
    no_passes,
    short_passes,
)


@pytest.fixture(autouse=True)
def _thawed():
    yield
    gc.unfreeze()


@pytest.mark.parametrize(
    ("long_s", "generation", "freezes"), [(-1.0, FULL, True), (60.0, FULL, False), (-1.0, 1, False)]
)
def test_only_a_long_full_pass_freezes(long_s, generation, freezes) -> None:
    gc.unfreeze()
    passes = ShortPasses(long_s)
    passes("start", {"generation": generation})
    passes("stop", {"generation": generation})
    assert (gc.get_freeze_count() > 0) is freezes


def test_the_collector_rests_within_the_block_and_what_it_created_is_frozen() -> None:
    gc.unfreeze()
    with no_passes():
        assert not gc.isenabled()
        with no_passes():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    assert gc.get_freeze_count() > 0


def test_a_server_passes_over_new_objects_less_often() -> None:
    before, callbacks = gc.get_threshold(), list(gc.callbacks)
    try:
        keep_passes_short()
        assert gc.get_threshold() == (YOUNG_MAX, *before[1:])
    finally:
        gc.set_threshold(*before)
        gc.callbacks[:] = callbacks


def test_a_command_passes_over_new_objects_less_often_until_its_end() -> None:
    before, callbacks = gc.get_threshold(), list(gc.callbacks)
    with short_passes():
        assert gc.get_threshold() == (YOUNG_MAX, *before[1:])
    assert (gc.get_threshold(), list(gc.callbacks)) == (before, callbacks)
