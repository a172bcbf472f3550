"""Times in Personalizer's form."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

FIRST_MS, LAST_MS = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999: no other time can be written."""
_START, _MS = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


def iso(time_ms: int) -> str:
    """Return a time as text, UTC; one that cannot be written as the nearest that can.

    >>> iso(1_700_000_000_123), iso(-10**15)
    ('2023-11-14T22:13:20.123Z', '0001-01-01T00:00:00.000Z')
    """
    bounded = max(FIRST_MS, min(LAST_MS, time_ms))
    text = (_START + bounded * _MS).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def time_ms_of_text(text: object) -> int:
    """Return a time in milliseconds since 1970. ValueError if the text is none.

    >>> time_ms_of_text("2023-11-14T22:13:20.123Z")
    1700000000123
    """
    try:
        time = datetime.fromisoformat(text if isinstance(text, str) else "")
        found = (time.replace(tzinfo=time.tzinfo or UTC) - _START) // _MS
    except (ValueError, OverflowError):
        raise ValueError(f"{str(text)[:64]!r} is no time such as 2026-11-01T12:00:00Z") from None
    if not FIRST_MS <= found <= LAST_MS:
        raise ValueError(f"{str(text)[:64]!r} is not in the years 1 to 9999, UTC")
    return found
