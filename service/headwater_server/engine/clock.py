"""Which times are believed: that of the log, and others up to it.

The time of an entry is the store's clock at its append. All other times are claims of callers: what
lies ahead of the log's time counts as now, and what lies far ahead is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

AHEAD_MAX_MS = 3_600_000
"""How far a time that a caller sends may lie ahead of now: see docs/events.md for the reason."""

_SECONDS_MIN, _SECONDS_MAX = -62_135_596_800, 253_402_300_799  # years 1 to 9999

STEP_BACK_MS = 5_000
"""A larger step back of the store's clock is a correction; a smaller one is waited for."""


def lies_ahead(time_ms: int | None, now_ms: int) -> bool:
    """Return whether a caller's time is too far in the future to be believed.

    >>> lies_ahead(AHEAD_MAX_MS, now_ms=0), lies_ahead(AHEAD_MAX_MS + 1, now_ms=0)
    (False, True)
    """
    return time_ms is not None and time_ms > now_ms + AHEAD_MAX_MS


def ahead_problem(time_ms: int | None, now_ms: int) -> str:
    """Return why a caller's time is too far in the future to be believed, "" if it is not.

    >>> ahead_problem(AHEAD_MAX_MS, now_ms=0)
    ''
    >>> ahead_problem(4_102_444_800_000, now_ms=1_700_000_000_000)
    '2100-01-01T00:00:00Z lies in the future, more than 1 hour after 2023-11-14T22:13:20Z'
    """
    if not lies_ahead(time_ms, now_ms):
        return ""
    return f"{_text(time_ms or 0)} lies in the future, more than 1 hour after {_text(now_ms)}"


def _text(time_ms: int) -> str:
    seconds = max(_SECONDS_MIN, min(time_ms // 1000, _SECONDS_MAX))
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return moment.isoformat().replace("+00:00", "Z")


def believed_ms(time_ms: int | None, now_ms: int) -> int:
    """Return a caller's time, or now if there is none or it lies ahead.

    >>> believed_ms(3, now_ms=5), believed_ms(7, now_ms=5), believed_ms(None, now_ms=5)
    (3, 5, 5)
    """
    return now_ms if time_ms is None else min(time_ms, now_ms)


def following_ms(clock_ms: int, store_ms: int, time_ms: int) -> int:
    """Return the engine's clock after an entry of ``time_ms``, appended at ``store_ms``.

    It does not run back, unless the store's clock was set back: then everything after
    ``store_ms`` was measured with a wrong clock.

    >>> following_ms(9_000, 10_000, 10_000), following_ms(9_000, 8_000, 8_000)
    (10000, 9000)
    >>> following_ms(90_000, 8_000, 8_000), following_ms(9_000, 10_000, 99_000)
    (8000, 10000)
    """
    if clock_ms - store_ms > STEP_BACK_MS:
        return store_ms
    return max(clock_ms, min(time_ms, store_ms))
