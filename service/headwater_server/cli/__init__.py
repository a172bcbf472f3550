"""The console script `headwater`."""

from __future__ import annotations

from headwater_server.cli.root import main

__all__ = ["main"]
