"""Kernels are compiled for a processor that most machines have, or for the one that is there."""

from __future__ import annotations

import platform

import numba
import pytest
from llvmlite import binding

from headwater_server.models.kernel_cache import target

HAS_ALL = dict.fromkeys(target._X86_64_V3, True)


@pytest.fixture
def machine(monkeypatch):
    """Set what the machine is: its architecture, and what its processor has."""
    monkeypatch.setattr(numba.config, "CPU_NAME", None)
    monkeypatch.setattr(numba.config, "CPU_FEATURES", None)
    monkeypatch.delenv("NUMBA_CPU_NAME", raising=False)

    def are(architecture: str, features: dict[str, bool]) -> None:
        monkeypatch.setattr(platform, "machine", lambda: architecture)
        monkeypatch.setattr(binding, "get_host_cpu_features", lambda: features)

    return are


def test_a_processor_with_the_baseline_gets_kernels_for_the_baseline(machine) -> None:
    machine("x86_64", HAS_ALL | {"avx512f": True})
    target.choose()
    assert (numba.config.CPU_NAME, numba.config.CPU_FEATURES) == ("x86-64-v3", "")
    assert target.describe()[1:] == ("x86-64-v3", "")


@pytest.mark.parametrize(
    ("architecture", "features"), [("x86_64", HAS_ALL | {"avx2": False}), ("riscv64", HAS_ALL)]
)
def test_an_older_or_unknown_processor_gets_its_own(machine, architecture, features) -> None:
    machine(architecture, features)
    target.choose()
    assert numba.config.CPU_NAME is None


def test_a_requested_target_is_left_alone(machine, monkeypatch) -> None:
    machine("x86_64", HAS_ALL)
    monkeypatch.setenv("NUMBA_CPU_NAME", "znver4")
    target.choose()
    assert numba.config.CPU_NAME is None  # numba reads the environment itself
