"""Times in Personalizer's form."""

from __future__ import annotations

from datetime import UTC, datetime


def iso(time_ms: int) -> str:
    """Return a time as text, UTC.

    >>> iso(1_700_000_000_123)
    '2023-11-14T22:13:20.123Z'
    """
    text = datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def time_ms_of_text(text: object) -> int:
    """Return a time in milliseconds since 1970. ValueError if the text is none.

    >>> time_ms_of_text("2023-11-14T22:13:20.123Z")
    1700000000123
    """
    try:
        time = datetime.fromisoformat(text if isinstance(text, str) else "")
        return round(time.replace(tzinfo=time.tzinfo or UTC).timestamp() * 1_000)
    except (ValueError, OverflowError):
        raise ValueError(f"{str(text)[:64]!r} is no time such as 2026-11-01T12:00:00Z") from None
