"""Keeps what is stored from other users of the machine: it contains the keys that sign tokens."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

import structlog

_log = structlog.get_logger(__name__)
OTHERS = 0o077  # every right of the group and of all others
SHOWN = 5


class NotPrivateError(Exception):
    """Other users can read or change a file, and we may not forbid it; the text says who can."""


def keep_private(directory: Path, names: Iterable[str]) -> None:
    """Take the rights of others from a directory and from its ``names``, as far as they are ours.

    Only these names and what is below them: a directory may hold files that are not Headwater's.
    `NotPrivateError` if one of our files belongs to somebody else and others can read it.
    """
    if not directory.is_dir():
        return
    closed = []
    if _may_close(directory):
        closed += _close(directory)
    elif directory.stat().st_mode & stat.S_IWOTH and not directory.stat().st_mode & stat.S_ISVTX:
        raise NotPrivateError(_text(directory, "write to"))
    for path in _below(directory / name for name in names):
        closed += _close(path)
    if closed:
        shown = {"paths": closed[:SHOWN], "count": len(closed)}
        _log.warning("other users could read what is stored; now they cannot", **shown)


def make_private(directory: Path) -> None:
    """Create a directory and those above it that are missing, for us alone."""
    if not directory.is_dir():
        make_private(directory.parent)
        directory.mkdir(mode=0o700, exist_ok=True)


def _may_close(directory: Path) -> bool:
    """Whether the directory is ours alone: not a home, a /tmp, or where the user stands."""
    found = directory.stat()
    shared = {Path.cwd(), Path.home(), Path("/")}
    return found.st_uid == os.geteuid() and not (
        found.st_mode & stat.S_ISVTX or directory.resolve() in shared
    )


def _below(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_symlink() or not path.exists():
            continue
        yield path
        if path.is_dir():
            yield from _below(sorted(path.iterdir()))


def _close(path: Path) -> list[str]:
    """Take the rights of others; return what was changed, with its mode before."""
    try:
        found = path.stat()
        if not found.st_mode & OTHERS:
            return []
        if found.st_uid != os.geteuid():
            raise NotPrivateError(_text(path, "read"))
        path.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)
    except FileNotFoundError:  # the store replaces its files while we look
        return []
    return [f"{path} ({stat.S_IMODE(found.st_mode):04o})"]


def _text(path: Path, what: str) -> str:
    mode = f"{stat.S_IMODE(path.stat().st_mode):04o}"
    return (
        f"other users can {what} {path} (mode {mode}), which is not ours to change: as its owner "
        f"(user {path.stat().st_uid}) run `chmod -R go-rwx {path}`, or choose another directory"
    )
