"""A server starts without the extras: it needs each of them only where its setting is used."""

from __future__ import annotations

import subprocess
import sys

import pytest

EXTRAS = (
    "aiokafka",
    "defusedxml",
    "duckdb",
    "jinja2",
    "linearmodels",
    "matplotlib",
    "obstore",
    "opentelemetry.exporter",
    "pandas",
    "pyarrow",
    "python_calamine",
    "semopy",
    "starlette",
    "statsmodels",
    "uvicorn",
)
PROGRAM = """
import sys
for name in {missing!r}:
    sys.modules[name] = None  # importing it fails, as if it were not installed
import {module}
"""


@pytest.mark.parametrize("module", ["headwater_server.app", "headwater_server.workers.parent"])
def test_what_serves_needs_no_extra(module: str) -> None:
    program = PROGRAM.format(missing=EXTRAS, module=module)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
