"""Equal values of many answers as one object: a long log names the same items over and over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.events import Slate

Value = TypeVar("Value")
KNOWN_MAX = 100_000
"""Values that are known; then it begins again, so that it stays small itself."""


class Shared:
    """Gives the first one of equal values, of one type each.

    >>> shared = Shared()
    >>> shared.text("".join(["tent", "-1"])) is shared.text("tent-1")
    True
    >>> shared.slots([0, 1]) is shared.slots({1, 0})
    True
    """

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}
        self._slots: dict[frozenset[int], frozenset[int]] = {}
        self._arms: dict[tuple[Arm, ...], tuple[Arm, ...]] = {}
        self._questions: dict[Question, Question] = {}

    def clear(self) -> None:
        """Forget all values."""
        for known in (self._texts, self._slots, self._arms, self._questions):
            known.clear()

    def text(self, text: str) -> str:
        """Return the text."""
        return _first(self._texts, text)

    def slots(self, slots: Iterable[int]) -> frozenset[int]:
        """Return the numbers of slots."""
        return _first(self._slots, frozenset(slots))

    def slate(self, slate: Slate) -> Slate:
        """Return the slate, with texts, arms and a question that other slates have, too."""
        return replace(
            slate,
            policy=self.text(slate.policy),
            placement=self.text(slate.placement),
            item_ids=tuple(map(self.text, slate.item_ids)),
            arms=_first(self._arms, slate.arms),
            question=self._question(slate.question),
        )

    def _question(self, question: Question | None) -> Question | None:
        if question is None or not all(isinstance(value, str) for _, value in question.context):
            return question  # 0.0 equals -0.0, and is asked otherwise
        return _first(self._questions, question)


def _first(known: dict[Value, Value], value: Value) -> Value:
    if len(known) >= KNOWN_MAX:
        known.clear()
    return known.setdefault(value, value)
