"""Checks of requests: lengths, counts and finite numbers; each error names its field."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable

from headwater_server.engine.catalogue import filters
from headwater_server.errors import InvalidRequest

ID_BYTES_MAX = 128
TEXT_BYTES_MAX = 1024
LABEL_BYTES_MAX = 256
IDS_MAX = 1000
LABELS_MAX = 100
NUMBER_MAX = 1e12
UTF8_BYTES_MAX = 4  # of one character, so that a fourth as many characters need no counting
PAGE_SIZE_DEFAULT = 20
PAGE_SIZE_MAX = 100


def byte_length(text: str) -> int:
    """Return the length in bytes of UTF-8.

    >>> byte_length("né")
    3
    """
    return len(text) if text.isascii() else len(text.encode())


def short_text(field: str, text: str, bytes_max: int = ID_BYTES_MAX) -> str:
    """Return ``text`` unless it is too long."""
    if len(text) > bytes_max // UTF8_BYTES_MAX and byte_length(text) > bytes_max:
        raise InvalidRequest(field, f"has more than {bytes_max} bytes")
    return text


def required(field: str, text: str, bytes_max: int = ID_BYTES_MAX) -> str:
    """Return ``text`` unless it is empty or too long.

    >>> required("visitor_id", "")
    Traceback (most recent call last):
    headwater_server.errors.InvalidRequest: visitor_id is required
    """
    if not text:
        raise InvalidRequest(field, "is required")
    return short_text(field, text, bytes_max)


def at_most(field: str, values: Collection[object], count_max: int) -> None:
    """Refuse more than ``count_max`` values."""
    if len(values) > count_max:
        raise InvalidRequest(field, f"has {len(values):,} entries; at most {count_max:,} may be")


def between(field: str, values: Collection[object], count_max: int) -> None:
    """Refuse an empty list, and more than ``count_max`` values."""
    if not values:
        raise InvalidRequest(field, f"is empty; 1 to {count_max:,} are needed")
    at_most(field, values, count_max)


def texts(
    field: str, values: Collection[str], *, count_max: int = IDS_MAX, bytes_max: int = ID_BYTES_MAX
) -> tuple[str, ...]:
    """Return a list of ids or labels, none of them empty or too long."""
    if not values:
        return ()
    at_most(field, values, count_max)
    found = tuple(values)
    if all(found) and max(map(len, found)) <= bytes_max // UTF8_BYTES_MAX:
        return found
    for place, value in enumerate(found):
        if not 0 < byte_length(value) <= bytes_max:
            required(f"{field}[{place}]", value, bytes_max)  # raises; the name is built only here
    return found


def finite(field: str, number: float) -> float:
    """Return ``number`` unless it is NaN, infinite, or too large for any model to use."""
    if not math.isfinite(number):
        raise InvalidRequest(field, "is not a finite number")
    if abs(number) > NUMBER_MAX:
        raise InvalidRequest(field, f"is beyond {NUMBER_MAX:g}")
    return number


def page_size(size: int, default: int = PAGE_SIZE_DEFAULT, most: int = PAGE_SIZE_MAX) -> int:
    """Return the size of the page: 0 means ``default``, and it is never more than ``most``.

    >>> [page_size(size) for size in (0, 7, 1_000_000)]
    [20, 7, 100]
    """
    if size < 0:
        raise InvalidRequest("page_size", "is negative")
    return min(size or default, most)


def one_of(field: str, value: str, known: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``known``."""
    if value not in known:
        raise InvalidRequest(field, f"names {value[:40]!r}; there are {', '.join(known)}")
    return value


def checked_filter(field: str, text: str) -> str:
    """Return a filter that parses, "" for none; an error names the position."""
    try:
        return filters.parse(text).text if text else ""
    except filters.BadFilterError as error:
        raise InvalidRequest(field, str(error)) from None
