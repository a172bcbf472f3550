"""Filters: a small language over the catalogue, compiled once, evaluated for all items at once.

categories: ANY("tea", "coffee") AND price < 20 AND NOT tags: ANY("adult")

docs/filters.md describes it. The limits keep one request's filter under 20 ms at 100,000 items,
whatever it contains.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import lark
import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.bounded_cache import BoundedCache
from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.fields.conditions import UnfitError
from headwater_server.engine.catalogue.filter_program import (
    Program,
    Values,
    compiled,
)

CHARS_MAX = 5_000
WORDS_MAX = 1_200
COMPILED_BYTES_MAX = 8_000_000

_GRAMMAR = r"""
    ?either: both | either "OR" both       -> either
    ?both: unary | both "AND" unary        -> both
    ?unary: "NOT" unary                    -> negated
        | "(" either ")"
        | field ":" "ANY" "(" TEXT ("," TEXT)* ")"  -> any_of
        | field ":" "UNDER" "(" TEXT ("," TEXT)* ")"  -> under
        | field (ORDER | EQUALITY) NUMBER   -> compared
        | field (ORDER | EQUALITY) TEXT     -> compared_text
        | field EQUALITY TRUTH              -> is_so
    field: NAME | TEXT
    TRUTH.2: "true" | "false"
    ORDER: "<=" | ">=" | "<" | ">"
    EQUALITY: "=" | "!="
    NAME: /(?!(AND|OR|NOT|ANY)\b)[^\W\d][\w.-]*/
    TEXT: /"(\\.|[^"\\])*"/s
    NUMBER: /[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?/
    %ignore /\s+/
"""
_PARSER = lark.Lark(
    _GRAMMAR, start="either", parser="lalr", maybe_placeholders=False, propagate_positions=True
)
_WORD = re.compile(r'"(?:\\.|[^"\\])*"|[\w.+-]+|[<>=!]+|\S', re.DOTALL)


class BadFilterError(ValueError):
    """The filter does not parse. ``position`` counts characters from 1."""

    def __init__(self, position: int, problem: str) -> None:
        super().__init__(f"at character {position}: {problem}")
        self.position = position


@dataclass(frozen=True, slots=True)
class Filter:
    """A parsed filter; `mask` returns the items that pass it."""

    text: str
    program: Program

    @property
    def nbytes(self) -> int:
        """An estimate of its memory."""
        return 100 + len(self.text) + self.program.nbytes

    def mask(self, columns: Columns) -> NDArray[np.bool_]:
        """Return bool[items]: which pass. An item without a field fails its comparisons."""
        return self.program.mask(columns)

    def passes(self, values: Values) -> bool:
        """Return whether an item with these values passes."""
        return self.program.passes(values)

    def fields(self) -> set[str]:
        """Return the names of the fields that it tests."""
        return self.program.fields

    def wanted(self) -> dict[str, set[type]]:
        """Return what it compares each field with: texts (`str`), numbers (`float`), or both."""
        return self.program.wanted


_compiled: BoundedCache[str, Filter] = BoundedCache(COMPILED_BYTES_MAX)


def parse(text: str) -> Filter:
    """Return the compiled filter.

    Raises
    ------
    BadFilterError
        With the position of the error, or with the limit that the filter exceeds.

    >>> parse('price < 20 AND categories: ANY("tea")').text
    'price < 20 AND categories: ANY("tea")'
    >>> parse('tags: ANY("new"')
    Traceback (most recent call last):
    headwater_server.engine.catalogue.filters.BadFilterError: at character 16: ) or , was expected
    """
    found = _compiled.get(text)
    if found is None:
        found = _parsed(text)
        _compiled.put(text, found, found.nbytes)
    return found


def _parsed(text: str) -> Filter:
    if len(text) > CHARS_MAX:
        raise BadFilterError(CHARS_MAX + 1, f"longer than {CHARS_MAX} characters")
    words = [word.start() for word in _WORD.finditer(text)]
    if len(words) > WORDS_MAX:  # parsing takes microseconds a word
        problem = f"{len(words)} words and signs; at most {WORDS_MAX} may be"
        raise BadFilterError(words[WORDS_MAX] + 1, problem)
    try:
        return Filter(text, compiled(_PARSER.parse(text)))
    except lark.UnexpectedInput as error:
        raise _explained(text, error) from None
    except UnfitError as error:
        raise BadFilterError(error.position + 1, str(error)) from None


_OPEN_TEXT = re.compile(r'"(\\.|[^"\\])*\\?\Z', re.DOTALL)
_EXPECTED = {
    "NAME": "a field",
    "ANY": 'ANY("…") or UNDER("…")',
    "UNDER": 'ANY("…") or UNDER("…")',
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
    if not at_end and _OPEN_TEXT.match(text, at):
        return BadFilterError(at + 1, 'the text that begins here has no closing "')
    names = getattr(error, "expected", None) or getattr(error, "allowed", None) or set()
    # a quoted name is a field, too
    if "NAME" in names:
        names = set(names) - {"TEXT"}
    wanted = sorted({_EXPECTED.get(name, name) for name in names} - {"$END"})
    expected = " or ".join(wanted) or "the end"
    return BadFilterError(len(text) + 1 if at_end else at + 1, f"{expected} was expected")
