"""Run programs, one line of progress a step; a step that fails ends the release."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

OUTPUT_SHOWN_CHARS = 6000


@contextmanager
def step(name: str) -> Iterator[None]:
    """Print what is done now, and how long it took."""
    print(f"{name} ...", flush=True)
    begin = time.monotonic()
    yield
    print(f"{name}: done, {time.monotonic() - begin:.0f} s", flush=True)


def run(command: Sequence[str | Path], folder: Path, **environment: str) -> str:
    """Return what a program prints; if it fails, end with the last part of its output."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=_clean() | environment,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        words = " ".join(str(part) for part in command)
        output = (done.stdout + done.stderr)[-OUTPUT_SHOWN_CHARS:]
        raise SystemExit(f"{output}\nrelease: failed: {words}")
    return done.stdout


def _clean() -> dict[str, str]:
    """Return the environment without what would let a program find this checkout."""
    unwanted = {"PYTHONPATH", "VIRTUAL_ENV", "NODE_PATH", "MAKEFLAGS", "MAKELEVEL"}
    return {name: value for name, value in os.environ.items() if name not in unwanted}
