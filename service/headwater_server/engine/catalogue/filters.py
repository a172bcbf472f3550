"""Filters: a small language over the catalogue, compiled once, evaluated for all items at once.

categories: ANY("tea", "coffee") AND price < 20 AND NOT tags: ANY("adult")
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import lark
import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.columns import Columns

CHARS_MAX = 5_000
_DEPTH_MAX = 100

_GRAMMAR = r"""
    ?either: both | either "OR" both       -> either
    ?both: unary | both "AND" unary        -> both
    ?unary: "NOT" unary                    -> negated
        | "(" either ")"
        | NAME ":" "ANY" "(" TEXT ("," TEXT)* ")"  -> any_of
        | NAME (ORDER | EQUALITY) NUMBER   -> compared
        | NAME EQUALITY TRUTH              -> is_so
    TRUTH.2: "true" | "false"
    ORDER: "<=" | ">=" | "<" | ">"
    EQUALITY: "=" | "!="
    NAME: /(?!(AND|OR|NOT|ANY)\b)[A-Za-z_][\w.-]*/
    TEXT: /"(\\.|[^"\\])*"/
    NUMBER: /[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
    %ignore /\s+/
"""
_PARSER = lark.Lark(_GRAMMAR, start="either", parser="lalr", maybe_placeholders=False)
_COMPARE: dict[str, Any] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


_TESTS = frozenset(("any_of", "compared", "is_so"))


class BadFilterError(ValueError):
    """The filter does not parse. ``position`` counts characters from 1."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"at character {position}: {problem}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter; `mask` returns the items that pass it."""

    text: str
    tree: Any

    def mask(self, columns: Columns) -> NDArray[np.bool_]:
        """Return bool[items]: which pass. An item without a field fails its comparisons."""
        return _mask(self.tree, columns)

    def fields(self) -> set[str]:
        """Return the names of the fields that it tests."""
        tests = self.tree.find_pred(lambda tree: tree.data in _TESTS)
        return {str(test.children[0]) for test in tests}


@lru_cache(maxsize=1024)
def parse(text: str) -> Filter:
    """Return the compiled filter.

    Raises
    ------
    BadFilterError
        With the position of the error.

    >>> parse('price < 20 AND categories: ANY("tea")').text
    'price < 20 AND categories: ANY("tea")'
    >>> parse('price <')
    Traceback (most recent call last):
    headwater_server.engine.catalogue.filters.BadFilterError: at character 8: a number was expected
    """
    if len(text) > CHARS_MAX:
        raise BadFilterError(CHARS_MAX + 1, f"longer than {CHARS_MAX} characters")
    try:
        tree = _PARSER.parse(text)
    except lark.UnexpectedInput as error:
        raise _explained(text, error) from None
    if _depth(tree) > _DEPTH_MAX:
        raise BadFilterError(1, f"nested deeper than {_DEPTH_MAX}")
    return Filter(text, tree)


_EXPECTED = {
    "NAME": "a field",
    "NUMBER": "a number",
    "TEXT": 'a text in "double quotes"',
    "ORDER": "< <= > >=",
    "EQUALITY": "= !=",
    "COLON": ":",
    "LPAR": "(",
    "RPAR": ")",
    "COMMA": ",",
    "TRUTH": "true or false",
}


def _explained(text: str, error: lark.UnexpectedInput) -> BadFilterError:
    at = -1 if error.pos_in_stream is None else error.pos_in_stream
    at_end = at < 0
    if isinstance(error, lark.UnexpectedToken) and error.token.type == "$END":
        at_end = True
    names = getattr(error, "expected", None) or getattr(error, "allowed", None) or set()
    wanted = sorted({_EXPECTED.get(name, name) for name in names} - {"$END"})
    expected = " or ".join(wanted) or "the end"
    return BadFilterError(len(text) + 1 if at_end else at + 1, f"{expected} was expected")


def _depth(tree: Any) -> int:
    deepest, level = 0, [tree]
    while level:
        deepest += 1
        level = [c for t in level if isinstance(t, lark.Tree) for c in t.children]
    return deepest


def _mask(tree: lark.Tree[Any], columns: Columns) -> NDArray[np.bool_]:
    parts = tree.children
    match tree.data:
        case "either":
            return _mask(parts[0], columns) | _mask(parts[1], columns)
        case "both":
            return _mask(parts[0], columns) & _mask(parts[1], columns)
        case "negated":
            return ~_mask(parts[0], columns)
        case "any_of":
            name, *texts = map(str, parts)
            return columns.holding(name, [_unquoted(text) for text in texts])
        case "compared":
            name, comparison, number = map(str, parts)
            return columns.compared(name, _COMPARE[comparison], float(number))
    name, equality, truth = map(str, parts)
    other = {"true": "false", "false": "true"}[
        truth
    ]  # not `~holding`: an item without the field must not pass
    return columns.holding(name, [truth if equality == "=" else other])


def _unquoted(text: str) -> str:
    return text[1:-1].replace('\\"', '"').replace("\\\\", "\\")
