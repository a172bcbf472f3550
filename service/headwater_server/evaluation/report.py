"""The report of a backtest: its figures, and all that is needed to reproduce them."""

from __future__ import annotations

import json
import platform
import shlex
import sys
from importlib.metadata import version
from typing import Any

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.backtest import Result

VERSIONS_OF = ("headwater-server", "river", "numpy", "numba")


def versions() -> dict[str, str]:
    """Return the versions of all that the figures depend on."""
    found = {name: version(name) for name in VERSIONS_OF}
    return {**found, "python": platform.python_version(), "machine": platform.machine()}


def as_dict(result: Result, settings: EngineSettings) -> dict[str, Any]:
    """Return the report as plain values."""
    tenths = [{"tenth": n, **t.figures()} for n, t in enumerate(result.by_tenth, start=1)]
    return {
        **result.total.figures(),
        "events_per_second": round(result.events_per_second, 1),
        "first_event": result.first.figures(),
        "strangers": result.strangers.figures(),
        "asked_after": result.after.figures() if result.after else None,
        "rows": result.rows,
        "quarantined": result.quarantined,
        "by_tenth": tenths,
        "digest": result.digest,
        "settings": json.loads(settings.canonical()),
        "versions": versions(),
        "command": shlex.join(["headwater", *sys.argv[1:]]),
    }


def as_text(report: dict[str, Any]) -> str:
    """Return the report as JSON."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"
