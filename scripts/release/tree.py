"""A copy of the tree to build in: tracked files only, with the version of the release."""

from __future__ import annotations

import shutil
from pathlib import Path

from scripts.release.links import READMES, absolute
from scripts.release.stamp import ROOT, stamp_version, url_of
from scripts.release.steps import run


def refuse_uncommitted() -> None:
    """End, unless the checkout is exactly what its commit holds: that is what gets the tag."""
    changed = run(["git", "status", "--porcelain"], ROOT)
    if changed:
        raise SystemExit(f"{changed}release: commit this first, or set ALLOW_DIRTY=1 for a trial")


def staged(into: Path, version: str) -> Path:
    """Return a copy that is ready to build from: stamped, and READMEs with absolute links."""
    for name in run(["git", "ls-files", "-z"], ROOT).split("\0"):
        source, target = ROOT / name, into / name
        if name and source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    stamp_version(into, version)
    for name in READMES:
        page = into / name
        page.write_text(absolute(page.read_text(), name, url_of(into), f"v{version}"))
    return into


def commit_time_s() -> str:
    """Return when the commit was made; archives carry it, so that a second build is the same."""
    return run(["git", "log", "-1", "--format=%ct"], ROOT).strip()
