"""A module with kernels may be the first one that a program imports."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["engine.visitors.found_by", "engine.experiments.running"])
def test_its_kernels_are_kept_where_all_are(module: str) -> None:
    code = (
        f"from headwater_server.{module} import *\n"
        "from headwater_server.engine.visitors.found_by import find_row\n"
        "print(type(find_row._cache._impl.locator).__name__)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=200
    )
    assert said.stdout.strip() == "KernelLocator"
