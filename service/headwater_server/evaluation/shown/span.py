"""From when until when answers count: offsets or dates."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from headwater_server.replica.ports.position import NUMBERED, offset_key

Key = tuple[int, int]
LAST: Key = (2**63, 0)
MONTH = re.compile(r"[12]\d{3}-\d\d?", re.ASCII)  # as an offset, two seconds after 1970 began


@dataclass(frozen=True)
class Span:
    """Answers count from ``first`` to ``last``, both included: times in ms, and numbers in one."""

    first: Key = (0, 0)
    last: Key = LAST

    @classmethod
    def of(cls, from_: str | None, until: str | None) -> Span:
        """Return the span of two offsets or dates (UTC); ValueError names the flag.

        A date alone begins, or ends, with the whole day; a month with all of its days.

        >>> Span.of("2026-11-01", "2026-11-01").last[0] - Span.of("2026-11-01", None).first[0]
        86399999
        >>> Span.of("1700000000000-2", "12@1700000000000")
        Span(first=(1700000000000, 2), last=(1700000000000, 12))
        >>> Span.of("2026-11", "2026-11") == Span.of("2026-11-01", "2026-11-30")
        True
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
        return span_key(offset) < self.first

    def is_after(self, offset: str) -> bool:
        """Whether an entry is after the last one that counts."""
        return span_key(offset) > self.last


def span_key(offset: str) -> Key:
    """Return the time of an offset in ms, then its number; so dates compare with any log's.

    >>> span_key("1700000000000-2"), span_key("12@1700000000000")
    ((1700000000000, 2), (1700000000000, 12))
    """
    one, two = offset_key(offset)
    return (two, one) if NUMBERED in offset else (one, two)


def _key(flag: str, text: str, *, is_end: bool) -> Key:
    if not MONTH.fullmatch(text):
        try:
            return span_key(text)
        except ValueError:
            pass
    try:
        return _of_time(text, is_end=is_end)
    except (ValueError, OverflowError):
        raise ValueError(
            f"{flag} {text[:64]!r}: write an offset such as 1700000000000-0, or a date such as "
            "2026-11-01 or 2026-11-01T12:00"
        ) from None


def _of_time(text: str, *, is_end: bool) -> Key:
    if MONTH.fullmatch(text):
        year, month = map(int, text.split("-"))
        text = f"{year}-{month:02}-{monthrange(year, month)[1] if is_end else 1:02}"
    time = datetime.fromisoformat(text)
    time = time.replace(tzinfo=time.tzinfo or UTC)
    if not is_end:
        return round(time.timestamp() * 1000), 0
    if len(text) <= len("2026-11-01"):
        time += timedelta(days=1)
    return round(time.timestamp() * 1000) - 1, 2**63
