"""Answers of a long log in columns: a list of ten takes about 300 bytes instead of 1,300.

Nothing that is kept is an object of its own answer, so the memory of the answers becomes free.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import overload

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.events import Choice, Slate
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.columns import Coded, Numbers, Several, Texts, copied

Place = tuple[int, int, int]


class PackedAnswers(Sequence[Answer]):
    """Answers that are made when they are asked for; what is changed on one is not kept."""

    def __init__(self, answers: Iterable[Answer] = ()) -> None:
        self._recommendation_ids = Texts()
        self._questions: list[Question | None] = []  # not coded: 0.0 equals -0.0
        self._sequences, self._times_ms, self._reported_ms = array("q"), array("q"), array("q")
        self._acts = array("q")
        self._item_ids, self._propensities = Several[str](copied), Numbers()
        self._earned, self._amounts = Several[tuple[str, int]](), Numbers()
        self._lists = Coded[tuple[str, str, int, tuple[Arm, ...], bool, int]]()
        self._visitor_ids, self._user_ids = Coded[str](copied), Coded[str](copied)
        self._pages = Coded[tuple[bool, str]]()
        self._seen = Coded[frozenset[int]]()
        self._choices: dict[int, tuple[Choice | None, str]] = {}
        for answer in answers:
            self._append(answer)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._sequences)

    @overload
    def __getitem__(self, row: int) -> Answer: ...
    @overload
    def __getitem__(self, row: slice) -> list[Answer]: ...
    def __getitem__(self, row: int | slice) -> Answer | list[Answer]:
        """Make the answer of a row."""
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        row = range(len(self))[row]
        earned = zip(self._earned[row], self._amounts[row], strict=True)
        return Answer(
            self._slate(row),
            self._visitor_ids[row],
            self._user_ids[row],
            *self._pages[row],
            self._reported_ms[row],
            self._seen[row],
            dict(earned),
            self._acts[row],
            *self._choices.get(row, (None, "")),
        )

    def places(self) -> Places:
        """Return the place of each answer on the log."""
        return Places(self)

    def place(self, row: int) -> Place:
        """Return the place of an answer on the log."""
        _, _, operations, _, _, windows = self._lists[row]
        return self._sequences[row], operations, windows

    def _slate(self, row: int) -> Slate:
        policy, placement, operations, arms, unreplayable, windows = self._lists[row]
        return Slate(
            self._recommendation_ids[row],
            policy,
            placement,
            self._item_ids[row],
            self._propensities[row],
            self._sequences[row],
            operations,
            self._times_ms[row],
            arms,
            self._questions[row],
            unreplayable,
            windows,
        )

    def _append(self, answer: Answer) -> None:
        slate, row = answer.slate, len(self)
        self._recommendation_ids.append(slate.recommendation_id)
        self._questions.append(slate.question)
        self._sequences.append(slate.sequence)
        self._times_ms.append(slate.time_ms)
        self._reported_ms.append(answer.reported_ms)
        self._acts.append(answer.acts)
        self._item_ids.append(slate.item_ids)
        self._propensities.append(slate.propensities)
        self._earned.append(answer.earned)
        self._amounts.append(answer.earned.values())
        self._lists.append(
            (slate.policy, slate.placement, slate.operations, slate.arms, slate.unreplayable,
             slate.windows)
        )  # fmt: skip
        self._visitor_ids.append(answer.visitor_id)
        self._user_ids.append(answer.user_id)
        self._pages.append((answer.self_asked, answer.placement))
        self._seen.append(answer.seen)
        if answer.choice is not None or answer.chosen:
            self._choices[row] = answer.choice, answer.chosen


class Places(Sequence[Place]):
    """The places of answers on the log."""

    def __init__(self, answers: PackedAnswers) -> None:
        self._answers = answers

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._answers)

    @overload
    def __getitem__(self, row: int) -> Place: ...
    @overload
    def __getitem__(self, row: slice) -> list[Place]: ...
    def __getitem__(self, row: int | slice) -> Place | list[Place]:
        """Return the place of a row."""
        if isinstance(row, slice):
            return [self[one] for one in range(*row.indices(len(self)))]
        return self._answers.place(range(len(self))[row])
