"""docs/architecture.md names files; each of them exists, so that a newcomer finds it."""

from __future__ import annotations

import re

from scripts.release.stamp import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()
PATHS = re.compile(r"`([a-z_0-9]+(?:/[a-z_0-9]+)*(?:\.py|\.lua|/))`")


def test_every_path_of_the_page_exists():
    named = set(PATHS.findall(PAGE))
    assert len(named) > 60
    folders = [ROOT / "service" / "headwater_server", ROOT]
    missing = [
        path
        for path in sorted(named)
        if not any((folder / path).exists() for folder in folders)
        and not list(folders[0].rglob(path))
    ]
    assert not missing
