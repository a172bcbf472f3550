"""A start with the kernels that a wheel or an image contains compiles nothing."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands

COUNT_MISSES = """
import sys
from pathlib import Path
from headwater_server.models.kernel_cache import digests, folders
folders.SHIPPED = Path(sys.argv[1])  # before any kernel is defined
from headwater_server.engine.warmup import warm_up
warm_up()
misses = hits = 0
for kernel in digests._known:
    stats = kernel.__globals__[kernel.__name__].stats
    misses += sum(stats.cache_misses.values())
    hits += sum(stats.cache_hits.values())
print(misses, hits, folders.folder())
"""


@pytest.mark.parametrize("has_cache", [True, False])
def test_a_start_with_shipped_kernels_compiles_nothing(tmp_path, has_cache):
    result = CliRunner().invoke(commands, ["compile", "--into", str(tmp_path / "shipped")])
    assert result.exit_code == 0, result.output
    home = tmp_path / "home" if has_cache else "/proc/nothing-can-be-written"
    clean = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    run = subprocess.run(
        [sys.executable, "-c", COUNT_MISSES, str(tmp_path / "shipped")],
        env={**clean, "XDG_CACHE_HOME": str(home), "TMPDIR": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    misses, hits, folder = run.stdout.split()
    assert int(misses) == 0
    assert int(hits) > 10
    assert folder.startswith(str(tmp_path))
