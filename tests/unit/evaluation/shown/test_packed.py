"""Packed answers are the answers that were packed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.events import Choice, Slate
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.packed import PackedAnswers

SLATE = Slate(
    "r1", "greedy", "home", ("tent", "lamp"), (0.5, 0.1 + 0.2), 2**40, 7, 1_700_000_000_123,
    (Arm("trial", "warm"),), Question(context=(("heat", -0.0),)), False, 3,
)  # fmt: skip
CHOICE = Choice(0.75, 0.5, 0.25, 0.125, 60_000, True)
ANSWERS = [
    Answer(SLATE, "v1", "u1", True, "home", -5, frozenset({0, 1}),
           {("reward", 1): -0.5, ("act_rate", 0): 1.0}, 2, CHOICE, "lamp"),
    Answer(replace(SLATE, recommendation_id="r2", item_ids=(), propensities=(), arms=(),
                   question=None, unreplayable=True), "v2", "", False, "", 0),
    Answer(replace(SLATE, recommendation_id="r3", question=Question(context=(("heat", 0.0),))),
           "v1", "", True, "cart", 2**50, frozenset({0})),
]  # fmt: skip


def test_each_answer_is_as_before():
    packed = PackedAnswers(ANSWERS)
    assert repr(list(packed)) == repr(ANSWERS)  # by text: 0.0 equals -0.0
    assert list(packed.places()) == [one.place for one in ANSWERS]


def test_rows_count_from_the_end_too_and_may_be_a_slice():
    packed = PackedAnswers(ANSWERS)
    assert (packed[-1], packed[1:], len(packed)) == (ANSWERS[2], ANSWERS[1:], 3)
    with pytest.raises(IndexError):
        packed[3]


def test_what_is_changed_on_an_answer_is_not_kept():
    packed = PackedAnswers(ANSWERS)
    packed[0].earned.clear()
    assert packed[0] == ANSWERS[0]
