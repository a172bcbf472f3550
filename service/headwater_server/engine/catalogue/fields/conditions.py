"""One condition of a filter, from the parsed text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

import lark

from headwater_server.engine.catalogue.fields.item_values import TIMES, field_of

_OPPOSITE = {"true": "false", "false": "true"}
_NUMBERS = ("price",)
_ESCAPED = re.compile(r'\\(["\\])')
_TIME = re.compile(r"\d{4}-\d\d-\d\d([Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d))?", re.ASCII)


class UnfitError(ValueError):
    """A condition cannot be evaluated, or there are too many; ``position`` counts from 0."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(problem)
        self.position = position


class AnyOf(NamedTuple):
    """An item has one of ``texts`` in ``field``; ``below``: or a path that begins with one."""

    field: str
    texts: tuple[str, ...]
    below: bool = False


class HasOther(NamedTuple):
    """An item has texts in ``field``, and none of them is ``text``."""

    field: str
    text: str


class Compared(NamedTuple):
    """An item's number in ``field`` passes."""

    field: str
    comparison: str
    number: float


Condition = AnyOf | HasOther | Compared


def condition(tree: lark.Tree[Any]) -> Condition:
    """Return the condition of a leaf of the parsed filter.

    Raises
    ------
    UnfitError
        If the field cannot be compared in this way.
    """
    name, *rest = tree.children
    field, texts = field_of(_name(name)), [str(one) for one in rest]
    match tree.data:
        case "any_of" | "under":
            below = tree.data == "under" or field == "categories"
            _check(field, rest[0], is_text=True)
            return AnyOf(field, tuple(dict.fromkeys(map(unquoted, texts))), below)
        case "compared":
            _check(field, rest[1], is_text=False)
            return Compared(field, texts[0], float(texts[1]))
        case "compared_text":
            return _compared_text(field, texts[0], rest[1])
    # not a negation: an item without the field must not pass
    return AnyOf(field, (texts[1] if texts[0] == "=" else _OPPOSITE[texts[1]],))


def _compared_text(field: str, comparison: str, given: Any) -> Condition:
    """Return a comparison with a text: a time, or what is equal to it."""
    text = unquoted(str(given))
    if field in TIMES:
        return Compared(field, comparison, time_ms(text, given.start_pos))
    _check(field, given, is_text=True)
    if comparison == "=":
        return AnyOf(field, (text,))
    if comparison == "!=":
        return HasOther(field, text)
    problem = f"{field} has no order of texts; {' and '.join(TIMES)} have: write = or !="
    raise UnfitError(given.start_pos, problem)


def _check(field: str, given: Any, *, is_text: bool) -> None:
    """Refuse what no item can pass, whatever the catalogue has."""
    if field in TIMES:
        problem = f'{field} is compared with a time, such as {field} < "2026-12-01T00:00:00Z"'
        raise UnfitError(given.start_pos, problem)
    if is_text and field in _NUMBERS:
        raise UnfitError(
            given.start_pos, f"{field} is compared with a number, such as {field} < 20"
        )


def time_ms(text: str, position: int = 0) -> float:
    """Return milliseconds since 1970 of a time of RFC 3339; a date is its first moment in UTC.

    >>> time_ms("1970-01-01T01:00:01+01:00"), time_ms("1970-01-02")
    (1000.0, 86400000.0)
    """
    try:
        time = datetime.fromisoformat(text.upper() if _TIME.fullmatch(text) else "")
        zoned = time if time.tzinfo else time.replace(tzinfo=UTC)
        return float(round(zoned.timestamp() * 1000))
    except (ValueError, OverflowError):  # such as a 13th month
        problem = "a time was expected, such as 2026-12-01T08:00:00Z or 2026-12-01"
        raise UnfitError(position, problem) from None


def _name(field: lark.Tree[Any]) -> str:
    text = str(field.children[0])
    return unquoted(text) if text.startswith('"') else text


def unquoted(text: str) -> str:
    r"""Return a text without its quotes; a backslash makes a quote or a backslash a plain sign.

    >>> unquoted(r'"say \"so\""'), unquoted(r'"C:\\new"')
    ('say "so"', 'C:\\new')
    """
    return _ESCAPED.sub(r"\1", text[1:-1])
