"""Accounts of callers: how much of the server each used recently, and has under way now.

A caller is a backend's key; with a page's key, or without keys, it is a source: a network address,
or one connection of this machine.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from contextvars import ContextVar

from headwater_server.api.guard.beside import HEAVY_S, Beside
from headwater_server.api.guard.body import Receiving

MEMORY_S = 1.0  # use fades to a third in this time
TICK_S = 0.001  # in which use does not fade: a thousandth, at most
ACCOUNTS_MAX = 10_000
UNSENT_BYTES_MAX = 8 * 1024 * 1024  # of responses that one caller has not read yet
ROUNDING_S = 1e-9  # sums of fractions are not exact
LEARNING_MAX_S = 0.02  # of one caller's writes under way, unless a single one takes longer
LEARNING_BESIDE_S = 0.005  # the same of a heavy caller, and of a part of a large call
REST_SHARE = 2.0  # of what a heavy caller's write took: others' writes come before its next
REST_MAX_S = 1.0


def share_of(calls_max: int) -> int:
    """Return how many calls one caller may have under way.

    >>> share_of(8), share_of(3)
    (6, 3)
    """
    return calls_max - calls_max // 4


class Account:
    """One caller's.

    >>> account = Account()
    >>> account.charge(0.010, at_s=0.0); account.charge(0.010, at_s=MEMORY_S)
    >>> round(account.use_s(MEMORY_S), 4), account.use_s(100 * MEMORY_S) < 1e-9
    (0.0137, True)
    """

    __slots__ = (
        "_at_s",
        "_beside",
        "_held",
        "_is_resting",
        "_rest_until_s",
        "_use_s",
        "calls",
        "learning_s",
        "receiving",
        "unsent_bytes",
        "waiting",
    )

    def __init__(self, beside: Beside[Account] | None = None) -> None:
        self._beside: Beside[Account] = beside or Beside()
        self._use_s = self._at_s = 0.0
        self._held: deque[tuple[float, asyncio.Future[None]]] = deque()  # writes, with their cost
        self.calls: dict[object, int] = {}  # under way, by the guard that counts them
        self.receiving = Receiving()  # bodies, which may come slowly
        self.unsent_bytes = 0  # of responses that the caller has not read yet
        self._rest_until_s = 0.0  # a heavy caller's next write begins then
        self._is_resting = False  # a timer goes at the end of the rest
        self.learning_s = 0.0  # what the writes under way take to learn, about
        self.waiting: deque[asyncio.Future[None]] = deque()  # calls that wait for their turn

    def use_s(self, at_s: float) -> float:
        """Return the seconds of CPU used recently."""
        return self._use_s * math.exp((self._at_s - at_s) / MEMORY_S)

    def charge(self, took_s: float, at_s: float) -> None:
        """Add to what was used."""
        if at_s - self._at_s > TICK_S:
            self._use_s, self._at_s = self.use_s(at_s), at_s
        self._use_s += took_s

    def arrived(self, at_s: float) -> None:
        """Record a call."""
        self._beside.arrived(self, at_s)

    def is_heavy(self, at_s: float) -> bool:
        """Return whether this caller is to rest for the sake of another one; see `Beside`."""
        # use only fades until the next charge: for nearly all callers this is the whole answer
        if self._use_s < HEAVY_S or self._beside.last is self:
            return False
        return self._beside.is_heavy(self, at_s)

    @property
    def is_light(self) -> bool:
        """Whether this caller is not heavy at any time before its next use."""
        return self._use_s < HEAVY_S

    def has_company(self, at_s: float) -> bool:
        """Return whether a caller who uses clearly less called lately; see `Beside`."""
        return self._beside.has_lighter(self, at_s)

    def has_share(self, place: object, calls_max: int) -> bool:
        """Return whether one more call may enter; a quarter of the places is for other callers."""
        return self.calls.get(place, 0) < share_of(calls_max)

    def enter(self, place: object) -> None:
        """Count a call under way, by the guard or room that it is in."""
        self.calls[place] = self.calls.get(place, 0) + 1

    def leave(self, place: object) -> None:
        """Count a call's end."""
        left = self.calls.pop(place) - 1
        if left:
            self.calls[place] = left

    @property
    def is_idle(self) -> bool:
        """Whether nothing is under way, so that the account may be forgotten."""
        under_way = self.calls or self.learning_s or self.waiting or self._held
        return not (under_way or self.unsent_bytes)

    def unsent(self, size: int) -> Callable[[object], None]:
        """Count a response that is being sent; return what is to be called when it is sent."""
        self.unsent_bytes += size

        def sent(_: object) -> None:
            self.unsent_bytes -= size

        return sent

    async def begin_learning(self, cost_s: float) -> None:
        """Return when a write may begin: the caller's writes before it are learned, but for a few.

        All replicas learn in the order of the log, so a write waits for all those before it.
        Without this, one caller's thousands would be before everybody else's next.
        """
        if not self._held and self._may_begin(cost_s, time.monotonic()):
            self._begin(cost_s)
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._held.append((cost_s, turn))
        self._begin_held()
        try:
            await turn
        except BaseException:
            if turn.done() and not turn.cancelled():  # it was let in, but its caller left
                self.end_learning(cost_s)
            raise

    def end_learning(self, cost_s: float) -> None:
        """Record that a write is learned, or has failed."""
        self._rest_until_s = time.monotonic() + min(REST_MAX_S, REST_SHARE * cost_s)
        left_s = self.learning_s - cost_s
        self.learning_s = left_s if left_s > ROUNDING_S else 0.0
        self._begin_held()

    def _begin_held(self) -> None:
        """Let in as many as fit, those that came first: to wake the others would be for nothing."""
        while self._held:
            cost_s, turn = self._held[0]
            if not turn.done():  # else its caller left
                now_s = time.monotonic()
                if not self._may_begin(cost_s, now_s):
                    self._look_again(now_s)
                    return
                self._begin(cost_s)
                turn.set_result(None)
            self._held.popleft()

    def _may_begin(self, cost_s: float, now_s: float) -> bool:
        is_heavy = self.is_heavy(now_s)
        most_s = LEARNING_BESIDE_S if is_heavy else LEARNING_MAX_S
        if self.learning_s and self.learning_s + cost_s > most_s:
            return False
        return not is_heavy or self._rest_until_s <= now_s

    def _look_again(self, now_s: float) -> None:
        """Come back after the rest, if there is one: the end of a write may be sooner or later."""
        if self._rest_until_s > now_s and not self._is_resting:
            self._is_resting = True
            asyncio.get_running_loop().call_later(self._rest_until_s - now_s, self._rested)

    def _rested(self) -> None:
        self._is_resting = False
        self._begin_held()

    def _begin(self, cost_s: float) -> None:
        self.learning_s += cost_s
        self.charge(cost_s, time.monotonic())


class Accounts:
    """The accounts of a server, by the callers' names; those that are idle longest go first."""

    def __init__(self, accounts_max: int = ACCOUNTS_MAX) -> None:
        self._accounts: OrderedDict[str, Account] = OrderedDict()
        self._most = accounts_max
        self._beside: Beside[Account] = Beside()

    def of(self, name: str) -> Account:
        """Return the account of a caller, a new one at the first call."""
        account = self._accounts.get(name)
        if account is None:
            account = self._accounts[name] = Account(self._beside)
            self._forget()
        else:
            self._accounts.move_to_end(name)
        return account

    def _forget(self) -> None:
        while len(self._accounts) > self._most:
            name, account = self._accounts.popitem(last=False)
            if not account.is_idle:  # goes to the end, and one more is kept meanwhile
                self._accounts[name] = account
                return


current_account: ContextVar[Account | None] = ContextVar("account", default=None)
"""The account of the call that is under way in this context."""
