"""A process of low priority gives way to servers on its machine."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import os
from headwater_server.cli.shadowing.priority import Priority
Priority({name!r}).take()
print(os.sched_getscheduler(0), os.nice(0))
"""


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="only Linux has idle processes")
@pytest.mark.parametrize(
    ("name", "policy", "is_nice"),
    [("idle", "SCHED_IDLE", True), ("low", "SCHED_OTHER", True), ("normal", "SCHED_OTHER", False)],
)
def test_the_process_has_the_priority(name: str, policy: str, is_nice: bool) -> None:
    command = [sys.executable, "-c", CODE.format(name=name)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    scheduler, nice = map(int, done.stdout.split())
    assert scheduler == getattr(os, policy)
    assert nice == (19 if is_nice else os.nice(0))
