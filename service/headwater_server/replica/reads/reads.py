"""Answers a request: waits for the state if requested, answers from memory, signs the slate."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import uuid4

from headwater_server.engine.messages.requests import Recommendation, RecommendRequest, ScoredItem
from headwater_server.engine.tokens.attribution_token import ForgedTokenError, open_token, sign
from headwater_server.errors import DeadlineExceeded, InvalidRequest
from headwater_server.replica.answers import Answer, ListAnswer
from headwater_server.replica.ports.state_machine import StateMachine
from headwater_server.replica.ports.token_keys import TokenKeys
from headwater_server.replica.reads.act_rates import ActRatesReader
from headwater_server.replica.reads.log_end import LogEnd
from headwater_server.replica.reads.repeatable import Repeatable
from headwater_server.replica.reads.shortfall import shortfall
from headwater_server.replica.reads.together import Together, Waiting
from headwater_server.replica.tail.tail import Tail

USUAL_WAIT_S = 0.02  # for an offset; only after this, the store is asked whether it exists
EXPLAIN_FROM_S = 0.005  # with less time remaining, reasons are left out


class Reads:
    """Answers requests to one replica from memory, without calls to the store."""

    def __init__(
        self,
        engine: StateMachine,
        tail: Tail,
        *,
        log_end: LogEnd,
        token_keys: TokenKeys,
        token_s: float,
        now_ms: Callable[[], int],
        timeout_s: float,
        repeatable: Repeatable,
        act_rates: ActRatesReader,
    ) -> None:
        """``tail`` knows the offset of the engine's state; tokens are valid for ``token_s``.

        ``repeatable`` notes of each answer how it can be asked again.
        """
        self._engine = engine
        self._tail = tail
        self._log_end = log_end
        self._token_keys = token_keys
        self._token_s = token_s
        self._now_ms = now_ms
        self._timeout_s = timeout_s
        self.repeatable = repeatable
        self._act_rates = act_rates
        self._together = Together(self._answered)

    async def recommend(
        self,
        request: RecommendRequest,
        exclude_tokens: Sequence[str],
        min_offset: str,
        time_remaining_s: float | None,
    ) -> Answer:
        """Answer from a state at least as new as ``min_offset``, which may be empty."""
        if exclude_tokens:
            request = self._without_shown(request, exclude_tokens)
        if min_offset:
            time_remaining_s = await self._reached(min_offset, time_remaining_s)
        request, degraded = _within(request, time_remaining_s)
        if not request.recommendation_id:
            request = replace(request, recommendation_id=uuid4().hex)
        if request.explain:
            return await self._explained(request, degraded, time_remaining_s)
        if degraded or request.candidate_item_ids or request.filter:
            return self._answered((request,), degraded)[0]  # it may take long
        return await self._together.answer(request)

    def recommend_soon(self, request: RecommendRequest, waiting: Waiting) -> None:
        """Answer a question that has an id, and neither candidates, filter nor ``explain``."""
        self._together.ask(request, waiting)

    async def _explained(
        self,
        request: RecommendRequest,
        degraded: tuple[str, ...],
        time_remaining_s: float | None,
    ) -> Answer:
        """Answer with reasons, and with how often the items are acted on at the placement."""
        answer = self._answered((request,), degraded)[0]
        remaining = math.inf if time_remaining_s is None else time_remaining_s - EXPLAIN_FROM_S
        shown = [result.item_id for result in answer.recommendation.results]
        rates = await self._act_rates.beside(request.placement, shown, remaining)
        return replace(answer, act_rates=rates)

    def _answered(
        self, requests: Sequence[RecommendRequest], degraded: tuple[str, ...] = ()
    ) -> list[Answer]:
        """Answer from the present state."""
        self._tail.reads += len(requests)
        now_ms = self._now_ms()
        slates = self._engine.recommend_all(requests, now_ms)
        return [
            self._answer(request, slate, now_ms, degraded)
            for request, slate in zip(requests, slates, strict=True)
        ]

    def _answer(
        self,
        request: RecommendRequest,
        slate: Recommendation,
        now_ms: int,
        degraded: tuple[str, ...],
    ) -> Answer:
        shown = len(slate.results)
        token = self._signed(slate, request, now_ms, degraded) if shown else ""
        short = "" if shown >= request.page_size else self._shortfall(request, slate)
        return Answer(slate, token, self._tail.position.offset, degraded, short)

    def _shortfall(self, request: RecommendRequest, slate: Recommendation) -> str:
        notes = self._engine.lookups.shortfall_notes(request)
        return shortfall(request, len(slate.results), slate.limits, notes)

    async def listed(
        self,
        ask: Callable[[int], Sequence[ScoredItem]],
        min_offset: str,
        time_remaining_s: float | None,
    ) -> ListAnswer:
        """Return what ``ask(now_ms)`` returns from a state at least as new as ``min_offset``."""
        if min_offset:
            await self._reached(min_offset, time_remaining_s)
        self._tail.reads += 1
        return ListAnswer(ask(self._now_ms()), self._tail.position.offset)

    def _without_shown(self, request: RecommendRequest, tokens: Sequence[str]) -> RecommendRequest:
        """Also exclude the items of the page's other lists."""
        excluded = [*request.exclude_item_ids]
        for place, token in enumerate(tokens):
            try:  # a list without an item, such as a client's own fallback, has no token
                excluded += self._items_of(token) if token else ()
            except ForgedTokenError:
                field = f"exclude_attribution_tokens[{place}]"
                raise InvalidRequest(field, "is not a token of this service") from None
        return replace(request, exclude_item_ids=tuple(excluded))

    def _items_of(self, token: str) -> tuple[str, ...]:
        # any caller's token, also an expired one, will do: it only says what the page shows
        return open_token(token, self._token_keys.of, questions=False).slate.item_ids

    def _signed(
        self,
        answer: Recommendation,
        request: RecommendRequest,
        now_ms: int,
        degraded: tuple[str, ...],
    ) -> str:
        return sign(
            answer,
            self._token_keys.signing(now_ms),
            visitor_id=request.visitor_id,
            user_id=request.user_id,
            expire_s=math.ceil(now_ms / 1000 + self._token_s),
            by_page=request.from_page,
            asked=self.repeatable.asked(request, answer, now_ms, degraded),
        )

    async def _reached(self, min_offset: str, time_remaining_s: float | None) -> float | None:
        """Wait for ``min_offset``; return the time that is left then."""
        if self.has_reached(min_offset):
            return time_remaining_s
        loop = asyncio.get_running_loop()
        end_s = loop.time() + (self._timeout_s if time_remaining_s is None else time_remaining_s)
        await self.reach(min_offset, end_s - loop.time())
        return end_s - loop.time()

    def has_reached(self, min_offset: str) -> bool:
        """Return whether the state is at least as new as ``min_offset``."""
        try:
            return self._tail.waiters.has_reached(min_offset)
        except ValueError:
            raise InvalidRequest("min_offset", "is not an offset of this service") from None

    async def reach(self, min_offset: str, time_remaining_s: float | None) -> None:
        """Return when the state is at least as new as ``min_offset``.

        An offset beyond the end of the log cannot be waited for: no acknowledgement held it.
        """
        if self.has_reached(min_offset):
            return
        remaining_s = self._timeout_s if time_remaining_s is None else time_remaining_s
        waiting = asyncio.ensure_future(self._tail.waiters.wait_for(min_offset))
        try:
            async with asyncio.timeout(remaining_s):
                await asyncio.wait((waiting,), timeout=USUAL_WAIT_S)
                if not waiting.done() and await self._log_end.is_before(min_offset):
                    raise InvalidRequest("min_offset", "is beyond the end of the log")
                await waiting
        except TimeoutError:
            raise DeadlineExceeded("the deadline passed before min_offset was reached") from None
        finally:
            waiting.cancel()


def _within(
    request: RecommendRequest, time_remaining_s: float | None
) -> tuple[RecommendRequest, tuple[str, ...]]:
    """Leave out what there is no time for; return its names, too."""
    hurry = time_remaining_s is not None and time_remaining_s < EXPLAIN_FROM_S
    if request.explain and hurry:
        return replace(request, explain=False), ("reasons",)
    return request, ()
