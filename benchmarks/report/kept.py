"""What was measured, a file a part, so that parts which run alone add up to one table."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Kept:
    """The JSON files of a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, part: str, figures: dict[str, Any], command: str) -> None:
        """Keep a part's figures, with when, where and of what they were taken."""
        self.folder.mkdir(parents=True, exist_ok=True)
        taken = {
            "part": part,
            "command": command,
            "commit": _commit(),
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "load": os.getloadavg()[0],
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.python_version()}",
        }
        text = json.dumps(taken | {"figures": figures}, indent=1)
        (self.folder / f"{part}.json").write_text(text + "\n", encoding="utf-8")

    def read(self, parts: Iterable[str]) -> dict[str, Any]:
        """Return the figures of those of the parts that are there."""
        found = {}
        for part in parts:
            path = self.folder / f"{part}.json"
            if path.exists():
                found[part] = json.loads(path.read_text(encoding="utf-8"))["figures"]
        return found


def _commit() -> str:
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the git of the PATH
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() or "unknown"
