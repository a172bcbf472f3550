"""Events between their rank call and the end of their reward wait, kept in the store.

So they survive the process, and every web process knows them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.store_errors import good

KEPT_AFTER_MS = 7 * 86_400_000  # rewards are lost if the server is down for a week
CLAIMED_MAX = 100
LEASE_MS = 30_000
_PACKAGE = "headwater_server.personalizer"


@dataclass(frozen=True, slots=True)
class Decision:
    """What a rank call answered: enough to report to the server later what followed.

    It contains the default reward of that time, so every process gives the same at the end.
    """

    visitor: str
    action: str
    token: str
    context: dict[str, str | float]
    answer: dict[str, Any]
    digest: str
    default_reward: float
    choice: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event in the store. ``settled``: its reward is learned; ``seen``: its impression is."""

    event_id: str
    decision: Decision
    active: bool
    rewards: int
    total: float
    settled: bool
    seen: bool


class PendingEvents:
    """All events that wait for a reward."""

    def __init__(self, store: Store, catalogue: str, configuration: Configuration) -> None:
        """Keep them in ``store``, with the other keys of the catalogue."""
        self._store = store
        self._keys = Keys(catalogue)
        self._configuration = configuration
        names = ("add", "change", "mark", "claim")
        scripts = (Script(f"{name}.lua", _PACKAGE) for name in names)
        self._add, self._change, self._mark, self._claim = scripts

    async def add(self, event_id: str, decision: Decision, *, active: bool) -> Decision:
        """Keep ``decision``; return it, or the one that was kept before under the same id."""
        keys = [self._keys.personalizer_event(event_id), self._keys.personalizer_deadlines]
        wait_ms = self._configuration.wait_ms
        arguments = (_written(decision), int(active), wait_ms, wait_ms + KEPT_AFTER_MS, event_id)
        known: bytes = await self._add.run(self._store, keys, arguments)
        return _read(known) if known else decision

    async def reward(self, event_id: str, value: float) -> PendingEvent | None:
        """Store a reward; None: there is no such event, or its wait is over."""
        aggregation = self._configuration.settings.personalizer_reward_aggregation
        return await self._changed(event_id, ("reward", repr(value), aggregation))

    async def activate(self, event_id: str) -> PendingEvent | None:
        """Store that the action was shown; None: there is no such event, or its wait is over."""
        return await self._changed(event_id, ("activate",))

    async def _changed(self, event_id: str, arguments: tuple[str, ...]) -> PendingEvent | None:
        keys = [self._keys.personalizer_event(event_id)]
        return _event(event_id, await self._change.run(self._store, keys, arguments))

    async def mark(self, event_id: str, *learned: str) -> None:
        """Store what the server has learned: ``seen``, ``settled``."""
        await self._mark.run(self._store, [self._keys.personalizer_event(event_id)], learned)

    async def claim(self) -> list[str]:
        """Return events whose wait is over; no other process gets them for half a minute."""
        keys = [self._keys.personalizer_deadlines]
        longest_ms = max(self._configuration.longest_wait_ms, LEASE_MS)
        due = await self._claim.run(self._store, keys, (CLAIMED_MAX, LEASE_MS, longest_ms))
        return [event_id.decode("utf-8", "surrogatepass") for event_id in due]

    async def get(self, event_id: str) -> PendingEvent | None:
        """Return the event as it is now."""
        held = await self._store.call("HGETALL", self._keys.personalizer_event(event_id))
        return _event(event_id, held)

    async def remove(self, event_id: str) -> None:
        """Remove an event that is complete."""
        event, deadlines = (
            self._keys.personalizer_event(event_id),
            self._keys.personalizer_deadlines,
        )
        for answer in await self._store.call_all((("DEL", event), ("ZREM", deadlines, event_id))):
            good(answer)


def _written(decision: Decision) -> str:
    return json.dumps(
        [getattr(decision, field.name) for field in fields(decision)], separators=(",", ":")
    )


def _read(raw: bytes) -> Decision:
    return Decision(*json.loads(raw))


def _event(event_id: str, answer: Any) -> PendingEvent | None:
    flat = answer if isinstance(answer, list) else [x for pair in answer.items() for x in pair]
    held = dict(zip(flat[::2], flat[1::2], strict=True))
    if b"told" not in held:
        return None
    return PendingEvent(
        event_id=event_id,
        decision=_read(held[b"told"]),
        active=held[b"active"] == b"1",
        rewards=int(held[b"rewards"]),
        total=float(held[b"sum"]),
        settled=held[b"settled"] == b"1",
        seen=held[b"seen"] == b"1",
    )
