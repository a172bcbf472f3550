"""The processor that kernels are compiled for: a common baseline, so that machines can share them.

numba compiles for the processor it runs on, to the model. Compiled kernels of an image or a wheel
would then fit few machines. So where the processor has all of the baseline below, kernels are
compiled for exactly that; every such machine runs the same instructions. NUMBA_CPU_NAME selects
another target.
"""

from __future__ import annotations

import os
import platform

import numba
from llvmlite import binding

_X86_64_V3 = {"avx", "avx2", "bmi", "bmi2", "f16c", "fma", "lzcnt", "movbe", "popcnt", "xsave"}
_BASELINES = {  # by machine: LLVM's name of the processor, and what it must have
    "x86_64": ("x86-64-v3", _X86_64_V3),
    "aarch64": ("generic", {"neon"}),
    "arm64": ("generic", {"neon"}),
}


def choose() -> None:
    """Set numba's target, for all kernels that this process compiles."""
    name, needed = _BASELINES.get(platform.machine(), ("", set()))
    features = binding.get_host_cpu_features()
    if name and "NUMBA_CPU_NAME" not in os.environ and all(features.get(f) for f in needed):
        numba.config.CPU_NAME, numba.config.CPU_FEATURES = name, ""  # type: ignore[attr-defined]


def describe() -> tuple[str, str, str]:
    """Return the target as the compiler sees it: platform, processor, features beyond its own."""
    config = numba.config
    name = config.CPU_NAME or binding.get_host_cpu_name()  # type: ignore[attr-defined]
    features = config.CPU_FEATURES  # type: ignore[attr-defined]
    if features is None:
        features = binding.get_host_cpu_features().flatten()
    return binding.get_process_triple(), name, features
