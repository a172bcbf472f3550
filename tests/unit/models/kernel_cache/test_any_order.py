"""A module with kernels may be the first one that a program imports."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import headwater_server

SERVICE = Path(headwater_server.__file__).parent.parent
PROGRAM = """
import importlib, os, sys
from numba.core.registry import CPUDispatcher
import river.base, scipy.special  # slow to import, and without kernels of ours


def show(name):
    module = importlib.import_module(name)
    for kernel in vars(module).values():
        if isinstance(kernel, CPUDispatcher) and kernel.py_func.__module__ == name:
            locator = kernel._cache._impl.locator
            place = type(locator).__name__, locator.get_source_stamp()
            print(name, kernel.py_func.__name__, *place, flush=True)


for name in sys.argv[1:]:  # each as the first one
    if (child := os.fork()) == 0:
        show(name)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, name
for name in reversed(sys.argv[1:]):
    importlib.import_module(name)
for name in sys.argv[1:]:  # when all are there
    show(name)
"""


def modules_with_kernels() -> list[str]:
    """Return the names of all modules that define a kernel."""
    return sorted(
        ".".join(file.relative_to(SERVICE).with_suffix("").parts)
        for file in (SERVICE / "headwater_server").rglob("*.py")
        if re.search(r"^@(numba\.)?njit", file.read_text(), re.MULTILINE)
    )


def test_kernels_are_the_same_and_kept_together_whatever_is_imported_first() -> None:
    names = modules_with_kernels()
    assert len(names) > 40
    program = [sys.executable, "-c", PROGRAM, *names]
    run = subprocess.run(program, check=False, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr[-2000:]
    kernels = run.stdout.splitlines()
    alone, together = kernels[: len(kernels) // 2], kernels[len(kernels) // 2 :]
    assert alone == together
    assert {line.split()[0] for line in alone} == set(names)
    assert {line.split()[2] for line in alone} == {"KernelLocator"}
