"""Gives calls their turns on the one thread that answers: the caller who used least goes first.

A call runs in steps, from one wait to the next. While nothing competes, each step runs at once.
As soon as steps wait, they run in groups, of the caller with the least recent use: one turn of the
loop for many short steps, and a few milliseconds at most, after which those that did not begin wait
again. Before heavy work goes on, the loop gets the time to accept what has arrived: a call that is
not accepted yet cannot be preferred.

A caller who uses two fifths of the processor, and much more than another one, rests after each
step, for twice as long as that took. So the other finds the thread idle, and few of the former's
calls are before its own where none can be preferred: in gRPC, which hands calls over in the order
of arrival.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeVar

from headwater_server.api.guard.accounts import Account
from headwater_server.replica.shared_work import SharedWork

Result = TypeVar("Result")

BUSY_MAX_S = 0.008  # of work, after which the loop first accepts what has arrived
QUIET_S = 0.001  # without an arrival: then nothing more waits to be accepted
QUIET_SHARE = 0.1  # of the work before, if that is more
ACCEPT_MAX_S = 0.02  # however much arrives, work goes on after this
CALL_S = 400e-6  # about what gRPC takes to hand a call over and to send an answer or an error
SHORT_S = 0.001  # of a step that was hardly interrupted by another process
READ_S = 0.01  # so often the thread's own time is read
REST_SHARE = 2.0  # of a step of a heavy caller
REST_MAX_S = 0.1  # after one step, however long it was
GROUP_MAX = 32  # steps that get their turns together, unless a lighter caller may come
GROUP_S = 0.004  # so long they may begin


class Turns:
    """The turns of one event loop."""

    def __init__(self, *, takes_all: bool = True) -> None:
        """``takes_all``: whether a turn of the loop accepts all that has arrived; see `front`."""
        self._takes_all = takes_all
        self._waiting: dict[Account, None] = {}  # accounts with steps that wait
        self._given = 0  # turns of the present group whose steps have not ended
        self._group_end_s = 0.0  # 0 until its first step begins
        self._returned: Counter[Account] = Counter()  # its turns that came too late
        self._is_accepting = False
        self._busy_s = 0.0
        self._cpu = StepsCpu()
        self._ended_s = self._arrived_s = self._accepting_s = 0.0
        self._rest_until_s = 0.0
        self._resting: asyncio.TimerHandle | None = None

    def arrived(self) -> float:
        """Record that a call was accepted now, and return the time."""
        self._arrived_s = at_s = time.monotonic()
        return at_s

    def charge(self, account: Account, at_s: float) -> None:
        """Charge a call that arrived then, even if it is refused."""
        account.arrived(at_s)
        account.charge(CALL_S, at_s)

    async def enter(self, account: Account) -> None:
        """Return when a heavy caller's call may be read; others' need not ask."""
        await self.run(account, _read())

    def run(self, account: Account, work: Coroutine[Any, Any, Result]) -> Steps[Result]:
        """Return an awaitable of the result of ``work``, each of whose steps takes a turn."""
        return Steps(self, account, work)

    def begun_s(self, account: Account) -> float:
        """Return the time if a step of the account's call may run at once, else 0."""
        if self._waiting or self._given:
            return 0.0
        now_s = time.monotonic()
        if self._busy_s and now_s - self._ended_s > QUIET_S:
            self._busy_s = 0.0
        may_run = self._busy_s < BUSY_MAX_S and not self._must_rest(account, now_s)
        return now_s if may_run else 0.0

    def may_run(self, account: Account) -> bool:
        """Return whether a short step that needs no turn of its own may run now.

        A caller who is alone need not let the loop accept calls first: each of its turns does.
        """
        if self._busy_s >= BUSY_MAX_S or not account.is_light:
            if not self._takes_all or account.has_company(time.monotonic()):
                return bool(self.begun_s(account))
            self._busy_s = 0.0
        return not (self._waiting or self._given)

    def wait(self, account: Account) -> asyncio.Future[None]:
        """Return a future that is done when it is the account's turn."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        account.waiting.append(turn)
        self._waiting[account] = None
        self._go_on()
        return turn

    def begins(self, account: Account) -> asyncio.Future[None] | None:
        """Return None if a step whose turn was given may begin.

        Otherwise it comes too late for its group, and this is its next turn, which is again before
        those of the steps that came after it.
        """
        now_s = time.monotonic()
        if not self._group_end_s:
            self._group_end_s = now_s + GROUP_S
        if now_s < self._group_end_s and not self._must_rest(account, now_s):
            return None
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        account.waiting.insert(self._returned[account], turn)
        self._returned[account] += 1
        self._waiting[account] = None
        self.left()
        return turn

    def took(self, account: Account, start_s: float, *, is_given: bool) -> None:
        """Record the end of a step, and give the next turns after the last one of a group."""
        self._ended_s = now_s = time.monotonic()
        seconds = now_s - start_s
        self._charge(account, seconds, self._cpu.of_step(seconds, now_s), now_s)
        self._given -= is_given
        self._go_on()

    def shared(self, account: Account, took_s: float) -> float:
        """Charge a call's share of what was computed for several; return the time."""
        now_s = time.monotonic()
        if took_s:
            self._charge(account, took_s, took_s, now_s)
        return now_s

    def answered(self, account: Account, start_s: float, shared_s: float) -> None:
        """Record the end of a short step, with a call's share of what it waited for."""
        self._ended_s = now_s = time.monotonic()
        seconds = shared_s + now_s - start_s
        self._charge(account, seconds, seconds, now_s)
        self._go_on()

    def _charge(self, account: Account, seconds: float, cpu_s: float, now_s: float) -> None:
        self._busy_s += seconds
        account.charge(cpu_s, now_s)
        if account.is_heavy(now_s):
            self._rest_until_s = now_s + min(REST_MAX_S, REST_SHARE * (seconds + CALL_S))

    def left(self) -> None:
        """Record that a turn was not used."""
        self._given -= 1
        self._go_on()

    def _go_on(self) -> None:
        if not self._waiting or self._given or self._is_accepting:
            return
        if self._resting is not None:
            self._resting.cancel()
            self._resting = None
        self._is_accepting = True
        self._accepting_s = time.monotonic()
        loop = asyncio.get_running_loop()
        if self._busy_s >= BUSY_MAX_S and not self._has_company():
            self._busy_s = 0.0
        if self._busy_s < BUSY_MAX_S:
            loop.call_soon(self._give)
        else:  # a timer, not turns of the loop: gRPC's own thread needs Python's lock meanwhile
            loop.call_later(QUIET_S, self._accept)

    def _has_company(self) -> bool:
        """Return whether a lighter caller than one of those that wait may be about to call.

        For a caller who is alone, one turn of the loop is enough to accept what has arrived.
        """
        now_s = self._accepting_s
        return not self._takes_all or any(one.has_company(now_s) for one in self._waiting)

    def _accept(self) -> None:
        """Let the loop accept calls until none arrives, then give a turn."""
        now_s = time.monotonic()
        quiet_s = max(QUIET_S, QUIET_SHARE * self._busy_s)
        arriving = now_s - max(self._arrived_s, self._accepting_s) < quiet_s
        if arriving and now_s - self._accepting_s < ACCEPT_MAX_S:
            asyncio.get_running_loop().call_later(QUIET_S, self._accept)
            return
        self._busy_s = 0.0
        self._give()

    def _give(self) -> None:
        """Give turns to the next group: one alone, if a lighter caller than its own may come."""
        self._is_accepting = False
        self._group_end_s, now_s = 0.0, time.monotonic()
        self._returned.clear()
        while self._waiting and self._given < GROUP_MAX:
            account = min(self._waiting, key=lambda one: one.use_s(now_s))
            if self._rests(account, now_s):
                return
            turn = account.waiting.popleft()
            if not account.waiting:
                del self._waiting[account]
            if turn.done():  # its caller left
                continue
            self._given += 1
            turn.set_result(None)
            if account.has_company(now_s):
                return

    def _must_rest(self, account: Account, now_s: float) -> bool:
        """Return whether the account is a heavy caller's, and the rest after its steps lasts."""
        return now_s < self._rest_until_s and account.is_heavy(now_s)

    def _rests(self, account: Account, now_s: float) -> bool:
        """Let a heavy caller wait for the end of the rest; anybody's call before it ends it."""
        if not self._must_rest(account, now_s):
            return False
        left_s = self._rest_until_s - now_s
        self._busy_s = 0.0  # the loop accepts meanwhile
        self._resting = asyncio.get_running_loop().call_later(left_s, self._go_on)
        return True


class StepsCpu:
    """The CPU of steps: what they took, unless the thread itself used less.

    To ask for the thread's time is a call of the kernel, so it is not done at each short step.
    """

    def __init__(self) -> None:
        self._cpu_s, self._read_s, self._charged_s = time.thread_time(), 0.0, 0.0

    def of_step(self, seconds: float, now_s: float) -> float:
        """Return the CPU of a step that took ``seconds`` and ends now."""
        if seconds < SHORT_S and now_s - self._read_s < READ_S:
            self._charged_s += seconds
            return seconds
        cpu_s = time.thread_time()
        used_s = max(0.0, cpu_s - self._cpu_s - self._charged_s)
        self._cpu_s, self._read_s, self._charged_s = cpu_s, now_s, 0.0
        return min(seconds, used_s)


async def _read() -> None:
    """Take a turn, so that the next step may begin."""


class Steps(Generic[Result]):
    """Runs a coroutine step by step; to be awaited once."""

    __slots__ = ("_account", "_turns", "_work")

    def __init__(self, turns: Turns, account: Account, work: Coroutine[Any, Any, Result]) -> None:
        self._turns = turns
        self._account = account
        self._work = work

    def __await__(self) -> Generator[Any, None, Result]:
        """Drive the coroutine: pass on what it waits for, and take a turn before each step.

        What was done together with others goes on at once: it is nearly done.
        """
        turns, account, work = self._turns, self._account, self._work
        error: BaseException | None = None
        start_s = 0.0  # of a step that needs no turn
        try:
            while True:
                is_given = not (error or start_s or (start_s := turns.begun_s(account)))
                if is_given:
                    error = yield from self._turn()
                start_s = start_s or time.monotonic()
                try:
                    waits_for = work.send(None) if error is None else work.throw(error)
                except StopIteration as end:
                    result: Result = end.value
                    return result
                finally:
                    turns.took(account, start_s, is_given=is_given and error is None)
                error, start_s = None, 0.0
                try:
                    yield waits_for
                except BaseException as thrown:  # noqa: BLE001 - it belongs to the coroutine
                    error = thrown
                if type(waits_for) is SharedWork:
                    start_s = turns.shared(account, waits_for.took_s)
        finally:
            work.close()

    def _turn(self) -> Generator[Any, None, BaseException | None]:
        """Wait for a turn; return the error that ended the wait, if one did."""
        turn: asyncio.Future[None] | None = self._turns.wait(self._account)
        while turn is not None:
            try:
                yield from turn
            except BaseException as error:  # noqa: BLE001 - it belongs to the coroutine
                if turn.done() and not turn.cancelled():
                    self._turns.left()  # it was given, but the call was cancelled before it ran
                return error
            turn = self._turns.begins(self._account)
        return None
