"""docs/architecture.md names files; each of them exists, so that a newcomer finds it."""

from __future__ import annotations

import re

from scripts.release.stamp import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PATHS = re.compile(r"`([a-z_0-9]+(?:/[a-z_0-9]+)*(?:\.py|\.lua|/))`")


def test_every_path_of_the_page_exists():
    named = set(PATHS.findall(PAGE))
    assert len(named) > 60
    service = [path.as_posix() for path in (ROOT / "service" / "headwater_server").rglob("*")]
    missing = [
        path
        for path in sorted(named)
        if not (ROOT / path).exists()
        and not any(found.endswith(f"/{path.removesuffix('/')}") for found in service)
    ]
    assert not missing
