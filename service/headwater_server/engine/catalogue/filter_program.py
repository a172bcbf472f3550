"""A filter in its shortest form: each distinct condition once, so that its cost is bounded.

Steps refer to earlier steps by number; the last one is the whole filter.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import lark
import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.fields import paths
from headwater_server.engine.catalogue.fields.conditions import (
    AnyOf,
    Compared,
    Condition,
    HasOther,
    UnfitError,
    condition,
)

CONDITIONS_MAX = 32
TEXTS_MAX = 500
DEPTH_MAX = 100
STEP_BYTES = 200
Mask = NDArray[np.bool_]
Values = Mapping[str, Sequence[str | float]]
"""The values of one item by field."""

_COMPARE: dict[str, Any] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "=": np.equal,
    "!=": np.not_equal,
}


class Negated(NamedTuple):
    """A step is not true."""

    step: int


class Combined(NamedTuple):
    """All of ``steps`` are true, or any of them."""

    are_all: bool
    steps: tuple[int, ...]


Step = Condition | Negated | Combined


@dataclass(frozen=True, slots=True)
class Program:
    """What a filter does, step by step."""

    steps: tuple[Step, ...]

    @property
    def nbytes(self) -> int:
        """An estimate of its memory."""
        lists = [step.texts for step in self.steps if isinstance(step, AnyOf)]
        return STEP_BYTES * len(self.steps) + sum(60 + 4 * len(t) for some in lists for t in some)

    @property
    def fields(self) -> set[str]:
        """The names of the fields that its conditions test."""
        return set(self.wanted)

    @property
    def wanted(self) -> dict[str, set[type]]:
        """By field, what its conditions compare: texts (`str`), numbers (`float`), or both."""
        found: dict[str, set[type]] = {}
        for step in self.steps:
            if isinstance(step, AnyOf | HasOther | Compared):
                kind = float if isinstance(step, Compared) else str
                found.setdefault(step.field, set()).add(kind)
        return found

    @property
    def conditions(self) -> int:
        """How many different conditions it has."""
        return sum(isinstance(step, AnyOf | HasOther | Compared) for step in self.steps)

    @property
    def texts(self) -> int:
        """How many texts its ANY lists have together."""
        return sum(len(step.texts) for step in self.steps if isinstance(step, AnyOf))

    def passes(self, values: Values) -> bool:
        """Return whether one item passes: the row of `mask` of an item with these values."""
        known: list[bool] = []
        for step in self.steps:
            match step:
                case AnyOf(field, texts, below):
                    test = paths.is_in_branch if below else paths.is_one
                    known.append(test(values.get(field, ()), texts))
                case HasOther(field, text):
                    held = values.get(field, ())
                    has_texts = any(isinstance(value, str) for value in held)
                    known.append(has_texts and not paths.is_one(held, (text,)))
                case Compared(field, comparison, number):
                    known.append(_passes(values.get(field, ()), comparison, number))
                case Negated(negated):
                    known.append(not known[negated])
                case Combined(are_all, steps):
                    known.append((all if are_all else any)(known[each] for each in steps))
        return known[-1]

    def mask(self, columns: Columns) -> Mask:
        """Return bool[items]: which pass."""
        return self._mask(len(self.steps) - 1, columns, {})

    def _mask(self, number: int, columns: Columns, known: dict[int, Mask]) -> Mask:
        if number not in known:
            match self.steps[number]:
                case AnyOf(field, texts, below):
                    held = columns.in_branch if below else columns.holding
                    known[number] = held(field, texts)
                case HasOther(field, text):
                    known[number] = columns.with_texts(field) & ~columns.holding(field, (text,))
                case Compared(field, comparison, value):
                    known[number] = columns.compared(field, _COMPARE[comparison], value)
                case Negated(step):
                    known[number] = ~self._mask(step, columns, known)
                case Combined() as combined:
                    known[number] = self._combined(combined, columns, known)
        return known[number]

    def _combined(self, combined: Combined, columns: Columns, known: dict[int, Mask]) -> Mask:
        """Combine masks until the others cannot change the result."""
        first, *others = combined.steps
        mask = self._mask(first, columns, known).copy()
        for step in others:
            if combined.are_all:
                if not mask.any():
                    break
                mask &= self._mask(step, columns, known)
            else:
                if mask.all():
                    break
                mask |= self._mask(step, columns, known)
        return mask


def _passes(values: Sequence[str | float], comparison: str, number: float) -> bool:
    """Return whether the last number among an item's values passes; False without one."""
    numbers = [value for value in values if not isinstance(value, str)]
    return (
        bool(numbers)
        and not math.isnan(numbers[-1])
        and bool(_COMPARE[comparison](float(numbers[-1]), number))
    )


def compiled(tree: lark.Tree[Any]) -> Program:
    """Return the program of a parsed filter.

    Raises
    ------
    UnfitError
        If a condition means nothing, there are too many of them or of texts, or it is nested too
        deep.
    """
    building = _Building()
    last = building.add(tree)
    return Program(tuple(building.numbers)[: last + 1])


class _Building:
    """Numbers each distinct step once, and counts what the limits are for."""

    def __init__(self) -> None:
        self.numbers: dict[Step, int] = {}
        self._conditions = self._texts = 0

    def add(self, tree: lark.Tree[Any], depth: int = 0) -> int:
        """Return the number of a branch's last step."""
        if depth > DEPTH_MAX:
            raise UnfitError(tree.meta.start_pos, f"nested deeper than {DEPTH_MAX}")
        tree, is_negated = _without_negations(tree)
        if _is_branch(tree):
            number = self._combined(tree, depth)
        else:
            number = self._condition(condition(tree), tree.meta.start_pos)
        return self._number(Negated(number)) if is_negated else number

    def _number(self, step: Step) -> int:
        return self.numbers.setdefault(step, len(self.numbers))

    def _condition(self, found: Condition, position: int) -> int:
        if found not in self.numbers:
            self._conditions += 1
            self._texts += len(found.texts) if isinstance(found, AnyOf) else 1
            for count, most, what in (
                (self._conditions, CONDITIONS_MAX, "different conditions"),
                (self._texts, TEXTS_MAX, "different texts in ANY"),
            ):
                if count > most:
                    raise UnfitError(position, f"{count} {what}; at most {most} may be")
        return self._number(found)

    def _combined(self, tree: lark.Tree[Any], depth: int) -> int:
        are_all, parts = tree.data == "both", _chain(tree)
        merged: dict[AnyOf, int] = {}
        if not are_all:
            merged, parts = _merged(parts)
        found = [self._condition(one, position) for one, position in merged.items()]
        found += [self.add(part, depth + 1) for part in parts]
        steps = tuple(dict.fromkeys(found))
        return steps[0] if len(steps) == 1 else self._number(Combined(are_all, steps))


def _merged(
    parts: list[lark.Tree[Any]],
) -> tuple[dict[AnyOf, int], list[lark.Tree[Any]]]:
    """Return the ANY lists, one for each field, with their positions, and the other parts of OR."""
    texts: dict[tuple[str, bool], dict[str, None]] = {}
    positions: dict[tuple[str, bool], int] = {}
    others = []
    for part in parts:
        found = None if _is_branch(part) or part.data == "negated" else condition(part)
        if isinstance(found, AnyOf):
            key = found.field, found.below
            texts.setdefault(key, {}).update(dict.fromkeys(found.texts))
            positions[key] = part.meta.start_pos
        else:
            others.append(part)
    lists = {
        AnyOf(field, tuple(some), below): positions[field, below]
        for (field, below), some in texts.items()
    }
    return lists, others


def _is_branch(tree: lark.Tree[Any]) -> bool:
    return tree.data in ("either", "both")


def _without_negations(tree: lark.Tree[Any]) -> tuple[lark.Tree[Any], bool]:
    """Return what is negated, and whether it is so an odd number of times."""
    is_negated = False
    while tree.data == "negated":
        tree, is_negated = tree.children[0], not is_negated
    return tree, is_negated


def _chain(tree: lark.Tree[Any]) -> list[lark.Tree[Any]]:
    """Return the parts of ``a AND b AND c``, which the parser nests to the left."""
    parts: list[lark.Tree[Any]] = []
    left = tree
    while left.data == tree.data:
        left, right = left.children
        parts.append(right)
    return [left, *reversed(parts)]
