"""The one clock that the shell reads; the engine gets the time as an argument."""

from __future__ import annotations

import time


def wall_clock_ms() -> int:
    """Return the current time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000
