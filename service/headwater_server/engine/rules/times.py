"""Times of rules as the setting spells them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def text_of_ms(time_ms: int) -> str:
    """Return a time as text, which `rule_values.time_ms` reads again.

    >>> text_of_ms(1_000), text_of_ms(1_764_576_000_250)
    ('1970-01-01T00:00:01+00:00', '2025-12-01T08:00:00.250+00:00')
    """
    time = _EPOCH + timedelta(milliseconds=time_ms)
    return time.isoformat(timespec="milliseconds" if time_ms % 1000 else "seconds")
