"""A module with kernels may be the first one that a program imports."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import headwater_server

SERVICE = Path(headwater_server.__file__).parent.parent
PROGRAM = """
import importlib, os, sys
from numba.core.registry import CPUDispatcher
import river.base, scipy.special  # slow to import, and without kernels of ours

for name in sys.argv[1:]:
    if (child := os.fork()) == 0:
        module = importlib.import_module(name)
        kept = {
            type(value._cache._impl.locator).__name__
            for value in vars(module).values()
            if isinstance(value, CPUDispatcher)
        }
        print(name, *kept, flush=True)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, name
"""


def modules_with_kernels() -> list[str]:
    """Return the names of all modules that define a kernel."""
    return sorted(
        ".".join(file.relative_to(SERVICE).with_suffix("").parts)
        for file in (SERVICE / "headwater_server").rglob("*.py")
        if "\n@njit" in file.read_text()
    )


def test_kernels_are_kept_where_all_are_whatever_is_imported_first() -> None:
    names = modules_with_kernels()
    assert len(names) > 40
    program = [sys.executable, "-c", PROGRAM, *names]
    run = subprocess.run(program, check=False, capture_output=True, text=True, timeout=200)
    assert run.returncode == 0, run.stderr[-2000:]
    assert run.stdout.splitlines() == [f"{name} KernelLocator" for name in names]
