"""Turns nested features into flat names, each with a text or a number."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Scalar = str | float
NAMES_MAX = 100
NAME_BYTES_MAX = 128
TEXT_BYTES_MAX = 1024
LABEL_BYTES_MAX = 256
NUMBER_MAX = 1e12
DEPTH_MAX = 16


def flattened(features: list[Any]) -> dict[str, Scalar]:
    """Return at most 100 names, namespaces joined by dots; of equal names the last one counts.

    A text in a list becomes a name of its own, with the number 1; a number in a list is named
    by its place; true and false become texts; null is no feature.

    >>> flattened([{"user": {"age": 31, "new": True, "likes": ["tea"]}}, {"vec": [0.5]}])
    {'user.age': 31.0, 'user.new': 'true', 'user.likes.tea': 1.0, 'vec.0': 0.5}
    """
    flat: dict[str, Scalar] = {}
    for name, value, place in _leaves("", features, None, 0):
        if place is None:
            flat[name] = value
        elif isinstance(value, str):
            flat[_name(name, value)] = 1.0
        else:
            flat[_name(name, str(place))] = value
        if len(flat) == NAMES_MAX:
            break
    return flat


def item_features(features: list[Any]) -> tuple[dict[str, Scalar], list[str]]:
    """Return an item's features, and its lists of texts as tags.

    Numbers in a list, such as an embedding, are left out: no model knows their space.

    >>> item_features([{"taste": "salty", "for": ["lunch", "dinner"]}])
    ({'taste': 'salty'}, ['for=lunch', 'for=dinner'])
    """
    named: dict[str, Scalar] = {}
    tags: dict[str, None] = {}
    for name, value, place in _leaves("", features, None, 0):
        if place is None and len(named) < NAMES_MAX:
            named[name] = value
        elif isinstance(value, str) and place is not None and len(tags) < NAMES_MAX:
            tags[cut(f"{name}={value}", LABEL_BYTES_MAX)] = None
    return named, list(tags)


def _leaves(
    name: str, value: Any, place: int | None, depth: int
) -> Iterator[tuple[str, Scalar, int | None]]:
    """Yield (name, value, its place in a list or None) of each text and number."""
    if depth > DEPTH_MAX:
        return
    match value:
        case dict():
            for key, inner in value.items():
                yield from _leaves(_name(name, str(key)), inner, None, depth + 1)
        case list():
            for number, inner in enumerate(value):
                # the outermost list holds namespaces: it has no name to put a place after
                inside = number if name else None
                yield from _leaves(name, inner, inside, depth + 1)
        case _:
            scalar = _scalar(value)
            if name and scalar is not None:
                yield name, scalar, place


def _scalar(value: Any) -> Scalar | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        fits = abs(value) <= NUMBER_MAX  # not NaN; an integer may be more than a float holds
        return float(value) if fits else str(value)[:TEXT_BYTES_MAX]
    return cut(str(value), TEXT_BYTES_MAX)


def _name(outer: str, inner: str) -> str:
    return cut(f"{outer}.{inner}" if outer else inner, NAME_BYTES_MAX)


def cut(text: str, bytes_max: int) -> str:
    """Return as many whole characters as fit.

    >>> cut("tée", 2)
    't'
    """
    raw = text.encode("utf-8", "replace")
    return text if len(raw) <= bytes_max else raw[:bytes_max].decode("utf-8", "ignore")
