"""Questions that are asked in one turn of the loop are answered together, in one piece.

All of them are translated, then all are computed, then all answers are sent: so the code and the
tables of each phase stay in the processor's caches. A question that is alone waits for one turn.
"""

from __future__ import annotations

import asyncio
import contextvars
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.replica.answers import Answer
from headwater_server.replica.shared_work import SharedWork

TOGETHER_MAX = 16
PIECE_S = 0.005  # about so long nobody else is answered
NEW_SHARE = 0.1  # of each piece in the mean of what a question takes


class Waiting(Protocol):
    """Who waits for an answer; a `SharedWork` is one."""

    took_s: float

    def done(self) -> bool:
        """Return whether nobody waits any more."""
        ...

    def set_result(self, result: Any, /) -> None:
        """Take the answer, after ``took_s`` was set."""

    def set_exception(self, exception: Any, /) -> None:
        """Take the error that the answer failed with."""


class Together:
    """Collects questions, and answers them with ``answer_all``."""

    def __init__(
        self, answer_all: Callable[[Sequence[RecommendRequest]], Sequence[Answer]]
    ) -> None:
        self._answer_all = answer_all
        self._waiting: list[tuple[RecommendRequest, Waiting]] = []
        self._each_s = PIECE_S / TOGETHER_MAX
        self._context = contextvars.Context()  # of no call: a log line would name the wrong one

    async def answer(self, request: RecommendRequest) -> Answer:
        """Return the answer, after those who ask in the same turn have asked."""
        work = SharedWork(loop=asyncio.get_running_loop())
        self.ask(request, work)
        answer: Answer = await work
        return answer

    def ask(self, request: RecommendRequest, waiting: Waiting) -> None:
        """Answer to ``waiting``, after those who ask in the same turn have asked."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._next, context=self._context)
        self._waiting.append((request, waiting))

    def _next(self) -> None:
        most = max(1, min(TOGETHER_MAX, int(PIECE_S / self._each_s)))
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        if self._waiting:
            asyncio.get_running_loop().call_soon(self._next, context=self._context)
        wanted = [one for one in taken if not one[1].done()]  # the others' callers have left
        if not wanted:
            return
        start_s = time.monotonic()
        answers = self._answers([request for request, _ in wanted])
        took_s = (time.monotonic() - start_s) / len(wanted)
        self._each_s += NEW_SHARE * (took_s - self._each_s)
        problems = [
            problem
            for (_, work), answer in zip(wanted, answers, strict=True)
            if (problem := _given(work, answer, took_s)) is not None
        ]
        if problems:
            raise problems[0]  # the loop reports it, after all have their answers

    def _answers(self, requests: list[RecommendRequest]) -> Sequence[Answer | Exception]:
        """Return the answers, or errors: the error of one is not that of the others."""
        try:
            return self._answer_all(requests)
        except Exception as error:  # noqa: BLE001 - it is raised where the question was asked
            return [error] if len(requests) == 1 else [self._answers([one])[0] for one in requests]


def _given(waiting: Waiting, answer: Answer | Exception, took_s: float) -> Exception | None:
    """Give the answer; return the error of who cannot take it: the others get theirs."""
    waiting.took_s = took_s
    try:
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)
    except Exception as problem:  # noqa: BLE001 - see above
        return problem
    return None
