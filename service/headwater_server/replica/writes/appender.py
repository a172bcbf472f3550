"""Group commit: while one append is under way, writes queue up; the next append takes them all."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from headwater_server.engine.messages.entries import Operation
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import HeadwaterError, Overloaded, StoreUnavailable
from headwater_server.replica.faults import LogBroken
from headwater_server.replica.health import Health
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.position import Position
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.replica.steps import taken_in_steps
from headwater_server.replica.tail.acknowledgements import (
    Acknowledged,
    Acknowledgements,
    Outcomes,
    PendingWrite,
    acknowledge,
    refuse,
)
from headwater_server.replica.tail.own_entries import OwnEntries, OwnEntry

RETRY_AFTER_MS = 100
RECOVER_S = 0.25
PART_OPERATIONS = 10  # that are encoded together: about a millisecond, with 100 features each


class Appender:
    """Appends operations to the log, those of many calls in one entry."""

    def __init__(
        self,
        log: Log,
        acknowledgements: Acknowledgements,
        health: Health,
        settings: ReplicaSettings,
        own: OwnEntries | None = None,
    ) -> None:
        """Create it; `run` appends. ``own`` hands events over, so that they are not read back."""
        self._log = log
        self._acknowledgements = acknowledgements
        self._health = health
        self._settings = settings
        self._own = own or OwnEntries()
        self._queue: deque[PendingWrite] = deque()
        self._wake = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._left = asyncio.Event()
        self._refused = asyncio.Event()
        self._calls = 0
        self._operations = 0

    @property
    def operations_waiting(self) -> int:
        """Return how many operations are under way: not yet durable, or not yet applied."""
        return self._operations

    async def drained(self) -> None:
        """Return when no operation is under way."""
        await self._idle.wait()

    async def some_left(self) -> None:
        """Return when one of the calls under way has ended: there may be room."""
        self._left.clear()
        await self._left.wait()

    async def encode(self, operations: Sequence[Operation]) -> bytes:
        """Encode operations in steps, so that a large call does not delay others' answers."""
        encode = self._log.encode
        if len(operations) <= PART_OPERATIONS:
            return encode(operations)
        parts = range(0, len(operations), PART_OPERATIONS)
        return b"".join(
            await taken_in_steps(encode(operations[n : n + PART_OPERATIONS]) for n in parts)
        )

    def admit(self, operations: int) -> None:
        """Raise `Overloaded` if there is no place for so many more."""
        limit = self._settings.unacknowledged_operations_max
        if self._operations and self._operations + operations > limit:
            raise Overloaded(RETRY_AFTER_MS, "too many writes are under way")

    def submit(
        self,
        operations: Sequence[Operation],
        encoded: bytes | None = None,
        checked: EngineSettings | None = None,
    ) -> PendingWrite:
        """Queue operations; the future ends when they are durable and applied.

        ``encoded`` is what `encode` returned for them; ``checked``: the firewall passed their
        events under these settings, and all else among them is a source's position. `Overloaded`
        when too many are under way, so that callers get the error early.
        """
        self.admit(len(operations))
        if encoded is None:
            encoded = self._log.encode(operations)
        future: asyncio.Future[Acknowledged] = asyncio.get_running_loop().create_future()
        pending = PendingWrite(encoded, operations, future, checked)
        self._calls += 1
        self._idle.clear()
        self._operations += pending.size
        future.add_done_callback(lambda _: self._leave(pending))
        self._queue.append(pending)
        self._wake.set()
        return pending

    def _leave(self, pending: PendingWrite) -> None:
        self._calls -= 1
        self._operations -= pending.size
        self._left.set()
        if not self._calls:
            self._idle.set()

    async def run(self) -> None:
        """Append until cancelled."""
        while True:
            await self._wake.wait()
            await self._linger()
            group = self._take_group()
            if group:
                await self._commit(group)

    async def recover(self) -> None:
        """After a failed append, ask the store until it accepts writes again; until cancelled."""
        while True:
            await self._refused.wait()
            if reason := await self._refusal():
                self._health.writes_refused(reason)
                await asyncio.sleep(RECOVER_S)
            else:
                self._refused.clear()
                self._health.writes_accepted()

    async def _refusal(self) -> str:
        """Return why the store accepts no write; "" if it does, or if it is only full."""
        try:
            await self._log.accepts()
        except Overloaded:
            return ""
        except HeadwaterError as error:
            return str(error)
        except Exception:  # noqa: BLE001 - its text may not reach a caller
            return str(StoreUnavailable())
        return ""

    async def _linger(self) -> None:
        """Wait for more writes under load: callers send again right after an acknowledgement."""
        if len(self._queue) < self._calls >= self._settings.linger_from_calls:
            await asyncio.sleep(self._settings.linger_ms / 1_000)

    def _take_group(self) -> list[PendingWrite]:
        group: list[PendingWrite] = []
        size = content = 0
        while self._queue:
            following = self._queue[0]
            size, content = size + following.size, content + len(following.encoded)
            full = size > self._settings.group_operations_max
            if group and (full or content > self._settings.group_bytes_max):
                return group
            self._queue.popleft()
            if not following.future.done():  # the caller may have left
                group.append(following)
        self._wake.clear()
        return group

    async def _commit(self, group: list[PendingWrite]) -> None:
        self._acknowledgements.expect()
        self._own.expect()
        try:
            position = await self._log.append([pending.encoded for pending in group])
        except BaseException as error:
            self._acknowledgements.forget()
            self._own.read_back()
            self._fail(group, error)
            if not isinstance(error, Exception):
                raise
            return
        for pending in group:
            pending.appended = True
        applied = self._acknowledgements.claim(position.offset)
        applied.add_done_callback(lambda done: _settle(group, position.offset, done))
        self._hand_over(group, position)

    def _hand_over(self, group: Sequence[PendingWrite], position: Position) -> None:
        """Let the tail apply events and positions as they are; it reads other kinds back."""
        if all(pending.checked for pending in group):
            operations = [one for pending in group for one in pending.operations]
            same = len({id(pending.checked) for pending in group}) == 1
            checked = group[0].checked if same else None
            self._own.add(OwnEntry(position, operations, checked))
        else:
            self._own.read_back(position)

    def _fail(self, group: list[PendingWrite], error: BaseException) -> None:
        if isinstance(error, LogBroken):
            self._health.broken(str(error))
        elif isinstance(error, StoreUnavailable):
            self._health.writes_refused(str(error))
            self._refused.set()
            group = [*group, *self._queue]  # queued ones would only wait for the next timeout
            self._queue.clear()
        known = isinstance(error, HeadwaterError)
        refuse(group, error if known else StoreUnavailable())


def _settle(group: list[PendingWrite], offset: str, applied: asyncio.Future[Outcomes]) -> None:
    if error := applied.exception():
        refuse(group, error)
    else:
        acknowledge(group, offset, applied.result())
