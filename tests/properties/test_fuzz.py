"""What reads bytes from outside lets nothing pass but its documented errors."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, seeds

ROOT = Path(__file__).parents[2]


@st.composite
def damaged(draw, target):
    """Something well-formed with a piece cut out, and another put there."""
    whole = draw(st.sampled_from(seeds(target)))
    start = draw(st.integers(0, len(whole)))
    end = draw(st.integers(start, min(len(whole), start + 8)))
    return whole[:start] + draw(st.binary(max_size=8)) + whole[end:]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_well_formed_passes(target):
    for seed in seeds(target):
        TARGETS[target](seed)


@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_noise_and_damage_are_only_refused(target, data):
    noise = data.draw(st.binary(max_size=200) | damaged(target))
    TARGETS[target](noise)


@given(text=st.binary(max_size=30))
@example(b"\0")
@example(b"(" * 200)
@settings(max_examples=50, deadline=None)
def test_an_array_of_a_type_that_is_none_is_a_damaged_snapshot(text):
    """Found by fuzzing: Python's own parser reads the type, and has errors of its own."""
    TARGETS["snapshot"](b"a" + len(text).to_bytes(8, "little") + text)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="make fuzz installs it")
@pytest.mark.parametrize("target", TARGETS)
def test_a_fuzzer_that_looks_at_coverage_finds_nothing(target, tmp_path):
    """For two seconds each; `make fuzz` takes longer, and keeps its corpus."""
    run = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", target, "-max_total_time=2"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3000:]
    assert "Done" in run.stderr
