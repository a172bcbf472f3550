"""`make failover`: every failover that a store can do, and what came of it, as a table.

    python -m tests.system.failover [--servers 2] [--only planned]

Real stores, sentinels and servers; it takes some minutes. Exit code 1 if a promise was broken.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

from tests.system.crash.real_store import BACKENDS
from tests.system.failover.rows import CLUSTER_FAULTS, FAULTS, cluster_row, sentinel_row
from tests.system.failover.scenario import Found

HEADINGS = (
    "fault", "confirmed by", "store", "acknowledged", "lost", "not listed", "doubled",
    "learns after (s)", "manual steps",
)  # fmt: skip


def say(text: str) -> None:
    """Write a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Play all rows; return 0 if each kept its promise."""
    parser = argparse.ArgumentParser(prog="make failover")
    parser.add_argument("--servers", type=int, default=2)
    parser.add_argument("--only", default="", help="a part of the fault's name")
    options = parser.parse_args()
    say("| " + " | ".join(HEADINGS) + " |")
    say("|" + " --- |" * len(HEADINGS))
    broken = 0
    for row in _rows(options.only, options.servers):
        found = asyncio.run(row)
        say(_line(found))
        try:
            found.check(may_lose=found.promise == "1 of 2")
        except AssertionError as error:
            say(f"broken: {error}")
            broken += 1
    return int(broken > 0)


def _rows(only: str, servers: int) -> Iterator[Coroutine[Any, Any, Found]]:
    for fault in (one for one in FAULTS if only in one):
        for replicas in (1, 2):
            for backend in BACKENDS:
                yield sentinel_row(fault, replicas, backend, _place(), servers=servers)
    for fault in (one for one in CLUSTER_FAULTS if only in one):
        for backend in BACKENDS:
            yield cluster_row(fault, backend, _place(), servers=servers)


def _place() -> Path:
    return Path(tempfile.mkdtemp(prefix="hw"))


def _line(found: Found) -> str:
    cells = (
        found.fault, found.promise, found.backend, found.acknowledged, found.lost,
        found.unreported, found.doubled, f"{found.learns_after_s:.1f}", found.manual_steps,
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


if __name__ == "__main__":
    sys.exit(main())
