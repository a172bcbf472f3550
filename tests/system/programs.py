"""Programs that a test starts, asks and ends: each says a line when it is ready."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.integration.waiting import PATIENCE_S

HEADWATER = (sys.executable, "-m", "headwater_server")


@contextmanager
def started(
    command: Sequence[str], log: Path, ready: str = "", **environment: str
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run it until the block ends; give it, and what the pattern ``ready`` found in its words."""
    with log.open("ab") as file:
        begin = file.tell()
        process = subprocess.Popen(
            command, stdout=file, stderr=file, env=os.environ | environment, start_new_session=True
        )
    try:
        yield process, _found(process, log, begin, ready)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _found(process: subprocess.Popen[bytes], log: Path, begin: int, ready: str) -> str:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        text = log.read_bytes()[begin:].decode(errors="replace")
        if match := re.search(ready, text):
            return match[1] if match.groups() else ""
        assert process.poll() is None, text
        time.sleep(0.02)
    raise AssertionError(f"not ready in time: {log.read_text(errors='replace')}")
