"""From when until when answers count: offsets or dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headwater_server.replica.ports.position import offset_key

Key = tuple[int, int]
LAST: Key = (2**63, 0)


@dataclass(frozen=True)
class Span:
    """Answers count from ``first`` to ``last``, both included: keys of offsets."""

    first: Key = (0, 0)
    last: Key = LAST

    @classmethod
    def of(cls, from_: str | None, until: str | None) -> Span:
        """Return the span of two offsets or dates (UTC); ValueError names the flag.

        A date alone begins, or ends, with the whole day.

        >>> Span.of("2026-11-01", "2026-11-01").last[0] - Span.of("2026-11-01", None).first[0]
        86399999
        >>> Span.of("1700000000000-2", None).first
        (1700000000000, 2)
        >>> Span.of("monday", None)
        Traceback (most recent call last):
        ValueError: --from 'monday': write an offset such as 1700000000000-0, or a date such as \
2026-11-01 or 2026-11-01T12:00
        """
        first = _key("--from", from_, is_end=False) if from_ is not None else (0, 0)
        last = _key("--until", until, is_end=True) if until is not None else LAST
        if last < first:
            raise ValueError(f"--from {from_} is after --until {until}: exchange them")
        return cls(first, last)

    def is_before(self, offset: str) -> bool:
        """Whether an entry is before the first one that counts."""
        return offset_key(offset) < self.first

    def is_after(self, offset: str) -> bool:
        """Whether an entry is after the last one that counts."""
        return offset_key(offset) > self.last


def _key(flag: str, text: str, *, is_end: bool) -> Key:
    try:
        return offset_key(text)
    except ValueError:
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(
            f"{flag} {text[:64]!r}: write an offset such as 1700000000000-0, or a date such as "
            "2026-11-01 or 2026-11-01T12:00"
        ) from None
    time = time.replace(tzinfo=time.tzinfo or UTC)
    if not is_end:
        return round(time.timestamp() * 1000), 0
    if len(text) <= len("2026-11-01"):
        time += timedelta(days=1)
    return round(time.timestamp() * 1000) - 1, 2**63
