"""The project's version and address stand once, in pyproject.toml; this takes them everywhere.

    python -m scripts.release.stamp --version 0.2.0    a new version in all packages
    python -m scripts.release.stamp --url URL          a new address in all packages
    python -m scripts.release.stamp                    show them; exit 1 if packages disagree

Go's module path is not of these: users write it into their sources (scripts/rename_go_module.py).
"""

from __future__ import annotations

import argparse
import re
import sys
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parents[2]


class Place(NamedTuple):
    """Where a version stands: the one group of the pattern, in a file."""

    path: str
    pattern: str
    semantic: bool = False


PLACES = (
    Place("pyproject.toml", r'^version = "(.+)"'),
    Place("pyproject.toml", r'^    "headwater==([^"]+)"'),
    Place("clients/python/pyproject.toml", r'^version = "(.+)"'),
    Place("clients/typescript/package.json", r'^  "version": "(.+)"', semantic=True),
    Place("clients/typescript/package-lock.json", r'^  "version": "(.+)"', semantic=True),
    Place(
        "clients/typescript/package-lock.json",
        r'^      "name": "headwater",\n      "version": "(.+)"',
        semantic=True,
    ),
    Place("clients/java/pom.xml", r"^  <version>(.+)</version>", semantic=True),
    Place("clients/java/README.md", r"^  <version>(.+)</version>", semantic=True),
)


def version_of(root: Path) -> str:
    """Return the version of a tree, as Python spells it."""
    return str(_project(root)["version"])


def url_of(root: Path) -> str:
    """Return the address of the project's repository, without a slash at the end."""
    return str(_project(root)["urls"]["Repository"])


def _project(root: Path) -> dict[str, Any]:
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return project


def semantic(version: str) -> str:
    """Return a version of Python as npm, Maven and Go want it.

    >>> semantic("0.2.0rc1"), semantic("0.2.0")
    ('0.2.0-rc.1', '0.2.0')
    """
    found = re.fullmatch(r"(\d+\.\d+\.\d+)(?:(a|b|rc)(\d+))?", version)
    if found is None:
        raise SystemExit(f"{version!r} is no version: it must be like 1.2.3 or 1.2.3rc1")
    kinds = {"a": "alpha", "b": "beta", "rc": "rc"}
    number, kind, count = found.groups()
    return f"{number}-{kinds[kind]}.{count}" if kind else number


def stamp_version(root: Path, version: str) -> None:
    """Write a version into all packages of a tree."""
    for place in PLACES:
        wanted = semantic(version) if place.semantic else version
        text = (root / place.path).read_text()
        begin, end = _span(place, text)
        (root / place.path).write_text(text[:begin] + wanted + text[end:])


def _span(place: Place, text: str) -> tuple[int, int]:
    found = re.search(place.pattern, text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{place.path} has no version where {place.pattern} looks for it")
    return found.span(1)


def stamp_url(root: Path, url: str) -> None:
    """Write a new address of the repository into all packages of a tree."""
    old, new = (text.rstrip("/").removeprefix("https://") for text in (url_of(root), url))
    for path in sorted({place.path for place in PLACES}):
        if not path.endswith((".md", "-lock.json")):
            text = (root / path).read_text()
            (root / path).write_text(text.replace(old, new))


def disagreeing(root: Path) -> list[str]:
    """Return the places whose version is not that of pyproject.toml."""
    version = version_of(root)
    wrong = []
    for place in PLACES:
        text = (root / place.path).read_text()
        begin, end = _span(place, text)
        if text[begin:end] != (semantic(version) if place.semantic else version):
            wrong.append(f"{place.path}: {text[begin:end]}, but pyproject.toml has {version}")
    return wrong


def main(arguments: list[str]) -> int:
    """Do as the flags say; return the exit code."""
    parser = argparse.ArgumentParser(description="One version and one address in all packages.")
    parser.add_argument("--version", default="")
    parser.add_argument("--url", default="")
    wanted = parser.parse_args(arguments)
    if wanted.version:
        stamp_version(ROOT, wanted.version)
    if wanted.url:
        stamp_url(ROOT, wanted.url)
    wrong = disagreeing(ROOT)
    print("\n".join(wrong) or f"version {version_of(ROOT)}, {url_of(ROOT)}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
