"""Readers of a rule's fields. Each returns the value, or raises with the expected type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from headwater_server.engine.reranking.levels import LEVELS, Level

TEXTS_MAX = 1_000


class BadValueError(ValueError):
    """The value is not valid for the field; the text contains what was expected."""


def texts(value: Any) -> tuple[str, ...]:
    """Return a list of texts, none of them empty.

    >>> texts(["home", "basket"])
    ('home', 'basket')
    """
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) and v for v in value):
        raise BadValueError("texts that are not empty were expected")
    if not 0 < len(value) <= TEXTS_MAX:
        raise BadValueError(f"1 to {TEXTS_MAX:,} texts were expected")
    if not all(map(is_unicode, value)):
        raise BadValueError(UNPAIRED)
    return tuple(value)


UNPAIRED = "half a character (an unpaired surrogate such as \\ud800) cannot be stored"


def is_unicode(text: str) -> bool:
    r"""Whether a text can be stored: JSON can spell half of a character, UTF-8 cannot.

    >>> is_unicode("käse"), is_unicode("\ud800")
    (True, False)
    """
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def whole(least: int, most: int) -> Callable[[Any], int]:
    """Return a reader of whole numbers from ``least`` to ``most``."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise BadValueError(f"a whole number from {least} to {most} was expected")
        return value

    return read


def number(least: float, most: float, *, above: bool = False) -> Callable[[Any], float]:
    """Return a reader of numbers from ``least`` (``above``: but not that one) to ``most``."""

    def read(value: Any) -> float:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not least <= value <= most:  # NaN is neither
            raise BadValueError(f"a number from {least:g} to {most:g} was expected")
        if above and value == least:
            raise BadValueError(f"a number above {least:g} was expected")
        return float(value)

    return read


def time_ms(value: Any) -> int:
    """Return milliseconds since 1970 of a time with its zone.

    >>> time_ms("1970-01-01T00:00:01Z"), time_ms("1970-01-01T01:00:01+01:00")
    (1000, 1000)
    """
    try:
        time = datetime.fromisoformat(value)
        zoned = time.tzinfo is not None
    except (TypeError, ValueError):
        zoned = False
    if not zoned:
        raise BadValueError("a time such as 2026-11-27T08:00:00Z was expected, with its zone")
    return round(time.timestamp() * 1000)


def level(value: Any) -> Level:
    """Return the name of a level of diversity."""
    if not isinstance(value, str) or value not in LEVELS:
        raise BadValueError(f"one of {', '.join(LEVELS)} was expected")
    return cast("Level", value)
