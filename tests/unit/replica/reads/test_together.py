"""Questions that are asked in one turn of the loop are answered in one piece."""

from __future__ import annotations

import asyncio

import pytest

from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.errors import InvalidRequest
from headwater_server.replica.answers import Answer
from headwater_server.replica.reads import together as module
from headwater_server.replica.reads.together import PIECE_S, TOGETHER_MAX, Together


class Answers:
    """Answers each request by its visitor, and notes how many were asked together."""

    def __init__(self, broken: str = "") -> None:
        self.asked: list[list[str]] = []
        self._broken = broken

    def __call__(self, requests):
        self.asked.append([request.visitor_id for request in requests])
        if self._broken in self.asked[-1]:
            raise InvalidRequest("visitor_id", "is broken")
        slates = [Recommendation(request.visitor_id, (), "none") for request in requests]
        return [Answer(slate, "", "1-0") for slate in slates]


def question(n: int) -> RecommendRequest:
    return RecommendRequest(f"v{n}", "r")


async def test_those_of_one_turn_are_answered_together_each_with_its_own():
    answers = Answers()
    together = Together(answers)
    asked = [together.answer(question(n)) for n in range(5)]
    found = await asyncio.gather(*asked)
    assert [one.recommendation.recommendation_id for one in found] == [f"v{n}" for n in range(5)]
    assert answers.asked == [["v0", "v1", "v2", "v3", "v4"]]


async def test_a_piece_is_bounded_by_count_and_by_time(monkeypatch):
    answers, clock = Answers(), [0.0]
    together = Together(answers)
    await asyncio.gather(*(together.answer(question(n)) for n in range(TOGETHER_MAX + 3)))
    assert [len(asked) for asked in answers.asked] == [TOGETHER_MAX, 3]

    def slow(requests):
        clock[0] += len(requests) * PIECE_S
        return answers(requests)

    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    together = Together(slow)
    for _ in range(60):
        await asyncio.gather(*(together.answer(question(n)) for n in range(3)))
    assert len(answers.asked[-1]) == 1


async def test_an_error_is_that_of_one_question():
    together = Together(Answers(broken="v1"))
    asked = (together.answer(question(n)) for n in range(3))
    first, second, third = await asyncio.gather(*asked, return_exceptions=True)
    assert first.recommendation.recommendation_id == "v0"
    assert isinstance(second, InvalidRequest)
    assert third.recommendation.recommendation_id == "v2"


async def test_who_has_left_is_not_answered():
    answers = Answers()
    together = Together(answers)
    tasks = [asyncio.create_task(together.answer(question(n))) for n in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert answers.asked == [["v0", "v2"]]
    with pytest.raises(asyncio.CancelledError):
        await tasks[1]


class Waiting:
    """Takes an answer, or fails to."""

    def __init__(self, *, fails: bool) -> None:
        self.took_s = 0.0
        self.answer: object = None
        self._fails = fails

    def done(self) -> bool:
        return False

    def set_result(self, answer) -> None:
        if self._fails:
            raise BrokenPipeError
        self.answer = answer

    set_exception = set_result


@pytest.mark.parametrize("broken", ["", "v1"])
async def test_one_who_cannot_take_the_answer_keeps_nobody_from_theirs(broken):
    reported = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, said: reported.append(said["exception"]))
    together = Together(Answers(broken))
    waiting = [Waiting(fails=n in (0, 2)) for n in range(5)]
    for n, one in enumerate(waiting):
        together.ask(question(n), one)
    await asyncio.sleep(0.01)
    assert [one.answer is not None for one in waiting] == [False, True, False, True, True]
    assert [type(one) for one in reported] == [BrokenPipeError]
