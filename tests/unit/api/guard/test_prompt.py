"""Calls that are answered without a task of their own, and those that need one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from headwater.v1.recommendation_service_pb2 import RecommendRequest, RecommendResponse
from headwater_server.api.guard.body import RECEIVING_MAX, Body
from headwater_server.api.guard.call_log import CallLog
from headwater_server.api.guard.gate import Gate
from headwater_server.api.guard.guard import Guard
from headwater_server.api.guard.prompt.prompt import OWN_DEADLINE
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.meters import Meters

CALL = "headwater.v1.RecommendationService/Recommend"
SETTINGS = ApiSettings()
QUESTION = RecommendRequest(visitor_id="ann").SerializeToString()


class Context:
    """A call as the front shows it: what is sent, and whether a task was begun for it."""

    def __init__(self, remaining_s: float | None = 1.0) -> None:
        self.begun: Any = None
        self.sent: list[bytes] = []
        self.tasks = 0
        self.ended: list[Callable[[Any], None]] = []
        self._remaining_s = remaining_s

    def time_remaining(self) -> float | None:
        return self._remaining_s

    def peer(self) -> str:
        return "ipv4:127.0.0.1:1"

    def invocation_metadata(self) -> tuple[()]:
        return ()

    def done(self) -> bool:
        return bool(self.sent)

    def finish(self, data: bytes) -> None:
        self.sent.append(data)

    def run(self) -> None:
        self.tasks += 1

    def add_done_callback(self, callback: Callable[[Any], None]) -> None:
        self.ended.append(callback)


class Soon:
    """Takes the questions of some visitors, and answers when the test says so."""

    def __init__(self, *, takes: bool = True) -> None:
        self.waiting: list[Any] = []
        self._takes = takes

    def ask(self, request: RecommendRequest, waiting: Any, *, is_page: bool) -> bool:
        assert (request.visitor_id, is_page) == ("ann", False)
        self.waiting.append(waiting)
        return self._takes

    def encode(self, answer: Any) -> bytes:
        return bytes(answer)


def prompt_of(soon: Soon | None, settings: ApiSettings = SETTINGS) -> tuple[Any, Any]:
    """Return a method's prompt way, and its meter."""

    async def method(_: Any, __: Any) -> bytes:
        raise AssertionError("nothing runs it here")

    meters = Meters()
    guard = Guard(settings, settings.reads_max, Gate(settings, meters))
    body = Body(RecommendRequest.FromString)
    guarded: Any = guard.unary(method, CALL, body, RecommendResponse.SerializeToString, soon)
    return guarded.promptly, meters.of(CALL)


def counts(meter: Any) -> tuple[int, dict[str, int]]:
    """Return how many calls are under way, and how many ended with which status."""
    return meter.under_way, {name: sum(one.counts) for name, one in meter.by_status.items()}


def test_an_answer_is_sent_without_a_task_and_counted_once() -> None:
    soon, context = Soon(), Context()
    prompt, meter = prompt_of(soon)
    assert prompt.begins(context)
    assert prompt.answers(QUESTION, context)
    account = context.begun.account
    assert (counts(meter), len(account.calls)) == ((1, {}), 1)
    [waiting] = soon.waiting
    assert not waiting.done()
    waiting.took_s = 0.25
    waiting.set_result(b"answer")
    assert (context.sent, context.tasks, waiting.done()) == ([b"answer"], 0, True)
    assert (counts(meter), account.calls, account.unsent_bytes) == ((0, {"OK": 1}), {}, 6)
    assert account.use_s(time.monotonic()) > 0.24  # its share of the common work
    context.ended[0](context)
    assert account.unsent_bytes == 0


@pytest.mark.parametrize("data", [None, b"\xff" * 9, QUESTION])
def test_what_is_not_taken_is_left_to_the_coroutine_as_it_is(data: bytes | None) -> None:
    """No message, bytes that do not parse, a request that is not plain."""
    prompt, meter = prompt_of(Soon(takes=False))
    context = Context()
    assert prompt.begins(context)
    assert not prompt.answers(data, context)
    assert context.begun.account.receiving.bodies == 0
    assert (context.sent, counts(meter)) == ([], (1, {}))


def test_a_method_without_a_prompt_way_still_waits_for_its_message() -> None:
    prompt, _ = prompt_of(None)
    context = Context()
    assert prompt.begins(context)
    assert not prompt.answers(QUESTION, context)


def test_an_error_of_the_answer_or_its_encoding_is_the_coroutines_to_report() -> None:
    prompt, meter = prompt_of(soon := Soon())
    for given in ("set_exception", "set_result"):
        context = Context()
        assert prompt.begins(context)
        assert prompt.answers(QUESTION, context)
        problem: Any = KeyError("secret") if given == "set_exception" else "no bytes"
        getattr(soon.waiting[-1], given)(problem)
        assert (context.sent, context.tasks) == ([], 1)
        assert isinstance(context.begun.error, KeyError | TypeError)
    assert counts(meter) == (2, {})


@pytest.mark.parametrize("remaining_s", [None, 1000.0])
async def test_the_servers_own_deadline_ends_the_wait_for_a_message(
    remaining_s: float | None,
) -> None:
    settings = replace(SETTINGS, deadline_default_s=0.01, deadline_max_s=0.01)
    prompt, meter = prompt_of(soon := Soon(), settings)
    late, asked = Context(remaining_s), Context(remaining_s)
    assert prompt.begins(late)
    assert prompt.begins(asked)
    assert prompt.answers(QUESTION, asked)
    while not late.tasks:
        await asyncio.sleep(0.001)
    assert (str(late.begun.error), late.begun.account.receiving.bodies) == (OWN_DEADLINE, 0)
    soon.waiting[0].set_result(b"answer")
    assert (asked.sent, asked.tasks) == ([b"answer"], 0)  # its timer ended with the wait
    assert counts(meter) == (1, {"OK": 1})


def test_a_refusal_and_a_caller_who_must_wait_get_a_task() -> None:
    locked, _ = prompt_of(Soon(), replace(SETTINGS, keys=SecretStr("a-key-of-the-shop-here")))
    context = Context()
    assert not locked.begins(context)
    assert context.begun.account is None
    assert "requires a key" in str(context.begun.error)
    prompt, _ = prompt_of(Soon())
    waiting = [Context() for _ in range(RECEIVING_MAX + 1)]
    assert [prompt.begins(one) for one in waiting] == [True] * RECEIVING_MAX + [False]


async def test_beside_steps_that_wait_a_question_takes_its_turn() -> None:
    """It would be before others otherwise, however much its caller used."""
    prompt, _ = prompt_of(Soon())
    first, second = Context(), Context()
    assert prompt.begins(first)
    assert prompt.begins(second)
    turns, account = prompt._guard.turns, first.begun.account
    turn = turns.wait(account)
    assert not prompt.answers(QUESTION, first)
    await turn
    assert not prompt.answers(QUESTION, second)  # the turn was given, and its step has not ended
    turns.left()
    await asyncio.sleep(0)
    third = Context()
    assert prompt.begins(third)
    assert prompt.answers(QUESTION, third)


class Broken:
    """A collector of spans that cannot be reached, and says so."""

    def note(self, *_: Any) -> None:
        raise BrokenPipeError


def broken_log(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(*_: Any) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(CallLog, "ended", ended)


@pytest.mark.parametrize("part", ["log", "spans"])
async def test_a_call_that_cannot_be_recorded_is_answered_all_the_same(
    part: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With a task and without one."""
    if part == "log":
        broken_log(monkeypatch)
    meters, soon = Meters(), Soon()
    gate = Gate(SETTINGS, meters, Broken() if part == "spans" else None)
    guard = Guard(SETTINGS, SETTINGS.reads_max, gate)

    async def method(_: Any, __: Any) -> bytes:
        return b"answer"

    body = Body(RecommendRequest.FromString)
    guarded: Any = guard.unary(method, CALL, body, RecommendResponse.SerializeToString, soon)
    asked, other = Context(), Context()
    assert guarded.promptly.begins(asked)
    assert guarded.promptly.answers(QUESTION, asked)
    soon.waiting[0].set_result(b"answer")
    assert asked.sent == [b"answer"]

    async def read() -> bytes:
        return QUESTION

    other.read = read  # type: ignore[attr-defined]  # as the front's context has it
    assert await guarded(None, other) == b"answer"
    assert counts(meters.of(CALL)) == (0, {"OK": 2})
    assert "BrokenPipeError" in caplog.text
