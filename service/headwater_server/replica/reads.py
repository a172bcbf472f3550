"""The way of a question: wait for the state if asked to, answer from memory, sign the slate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from headwater_server.engine.attribution_token import sign
from headwater_server.engine.events import Slate
from headwater_server.engine.requests import Recommendation, RecommendRequest
from headwater_server.errors import DeadlineExceeded, InvalidRequest
from headwater_server.replica.answers import Answer
from headwater_server.replica.state_machine import StateMachine
from headwater_server.replica.tail import Tail

EXPLAIN_FROM_S = 0.005  # with less than that remaining, reasons are left out


class Reads:
    """Questions to one replica. No call of the store is ever made for one."""

    def __init__(
        self,
        engine: StateMachine,
        tail: Tail,
        *,
        token_key: bytes,
        now_ms: Callable[[], int],
        timeout_s: float,
    ) -> None:
        """``tail`` says which offset the engine's state is that of."""
        self._engine = engine
        self._tail = tail
        self._token_key = token_key
        self._now_ms = now_ms
        self._timeout_s = timeout_s

    async def recommend(
        self, request: RecommendRequest, min_offset: str, time_remaining_s: float | None
    ) -> Answer:
        """Answer from a state at least as new as ``min_offset``, which may be empty."""
        if min_offset:
            time_remaining_s = await self._reached(min_offset, time_remaining_s)
        self._tail.reads += 1
        request, degraded = _within(request, time_remaining_s)
        if not request.recommendation_id:
            request = replace(request, recommendation_id=uuid4().hex)
        answer = self._engine.recommend(request, self._now_ms())
        token = sign(_slate(answer), self._token_key)
        return Answer(answer, token, self._tail.position.offset, degraded)

    async def _reached(self, min_offset: str, time_remaining_s: float | None) -> float:
        """Wait for the state; return the time that is left then."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + (self._timeout_s if time_remaining_s is None else time_remaining_s)
        try:
            async with asyncio.timeout_at(end_s):
                await self._tail.arrivals.wait_for(min_offset)
        except ValueError:
            raise InvalidRequest("min_offset", "is not an offset of this service") from None
        except TimeoutError:
            raise DeadlineExceeded("the deadline passed before min_offset was reached") from None
        return end_s - loop.time()


def _within(
    request: RecommendRequest, time_remaining_s: float | None
) -> tuple[RecommendRequest, tuple[str, ...]]:
    """Leave out what there is no time for; say what."""
    hurry = time_remaining_s is not None and time_remaining_s < EXPLAIN_FROM_S
    if request.explain and hurry:
        return replace(request, explain=False), ("reasons",)
    return request, ()


def _slate(answer: Recommendation) -> Slate:
    return Slate(
        answer.recommendation_id,
        answer.policy,
        answer.placement,
        tuple(result.item_id for result in answer.results),
        tuple(result.propensity for result in answer.results),
    )
