"""One decision of Azure Personalizer's log (the format that Vowpal Wabbit calls dsjson)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

PROBABILITIES_APART_MAX = 1e-3
"""The log rounds to single precision, and some tools to four digits."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was shown and what it earned; ``probabilities`` are by action, from action 1 on."""

    event_id: str
    action: int
    reward: float
    probabilities: tuple[float, ...]

    @property
    def propensity(self) -> float:
        """Return the chance with which the action was shown."""
        return self.probabilities[self.action - 1]

    @property
    def best(self) -> int:
        """Return the action that the logged policy likes most; of equal ones the first."""
        return 1 + max(range(len(self.probabilities)), key=self.probabilities.__getitem__)


class NoDecision(Exception):
    """The line is valid and no decision to count: ``args[0]`` says what it is."""


def decision(line: dict[str, Any]) -> Decision:
    """Return the decision of a line; ValueError names the field that is wrong.

    Raises `NoDecision` for what is no decision of one action: a reward or activation that came
    alone, a decision that was never activated, several slots.

    >>> decision({"EventId": "e1", "_label_cost": -1, "a": [2, 1], "p": [0.9, 0.1]})
    Decision(event_id='e1', action=2, reward=1.0, probabilities=(0.1, 0.9))
    """
    if "_outcomes" in line or _has_slots(line):
        raise NoDecision("has several slots")
    if "_label_cost" not in line and "a" not in line:
        raise NoDecision("is a reward or activation without its decision")
    if line.get("_skipLearn") is True:
        raise NoDecision("was never activated")
    event_id = line.get("EventId")
    if not isinstance(event_id, str) or not event_id:
        raise ValueError("EventId is missing or no text")
    probabilities = _probabilities(line)
    action = _actions(line, len(probabilities))[0]
    given = line.get("_label_probability")
    propensity = probabilities[action - 1]
    if given is not None and abs(_number(line, "_label_probability") - propensity) > (
        PROBABILITIES_APART_MAX
    ):
        raise ValueError(f"_label_probability is {given!r}, and p has {propensity:g} for a[0]")
    if propensity <= 0.0:
        raise ValueError("p is 0 for the action that was shown")
    reward = -_number(line, "_label_cost")
    return Decision(event_id, action, reward or 0.0, probabilities)


def _has_slots(line: dict[str, Any]) -> bool:
    context = line.get("c")
    return isinstance(context, dict) and "_slots" in context


def _probabilities(line: dict[str, Any]) -> tuple[float, ...]:
    """Return p by action: the log has it in the order of ``a``."""
    given = line.get("p")
    if not isinstance(given, list) or not given:
        raise ValueError("p is missing or no list of numbers")
    actions = _actions(line, len(given))
    found = [0.0] * len(given)
    for action, one in zip(actions, given, strict=True):
        if not _is_number(one) or not 0.0 <= one <= 1.0 + PROBABILITIES_APART_MAX:
            raise ValueError(f"p has {str(one)[:40]!r}, which is no chance from 0 to 1")
        found[action - 1] = min(1.0, float(one))
    if abs(sum(found) - 1.0) > max(PROBABILITIES_APART_MAX, 1e-4 * len(found)):
        raise ValueError(f"p has the sum {sum(found):g} instead of 1")
    return tuple(found)


def _actions(line: dict[str, Any], count: int) -> list[int]:
    given = line.get("a")
    numbers = given if isinstance(given, list) else []
    if any(not isinstance(one, int) or isinstance(one, bool) for one in numbers):
        raise ValueError("a is no list of action numbers")
    if sorted(numbers) != list(range(1, count + 1)):
        raise ValueError(f"a is not each of the numbers 1 to {count} once, as many as p has")
    return numbers


def _number(line: dict[str, Any], name: str) -> float:
    given = line.get(name)
    if not _is_number(given):
        raise ValueError(f"{name} is missing or no finite number")
    return float(given)  # type: ignore[arg-type]


def _is_number(given: object) -> bool:
    if isinstance(given, bool) or not isinstance(given, int | float):
        return False
    try:
        return math.isfinite(given)
    except OverflowError:  # an integer of 400 digits
        return False
