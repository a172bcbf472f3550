"""What the door must remember between a rank call and its reward: kept in the store.

So it outlives the process, and whichever web process is asked next knows it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import Any

from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.store_errors import good

KEPT_AFTER_MS = 7 * 86_400_000  # a server that is down for a week loses what waits for it
CLAIMED_AT_ONCE = 100
LEASE_MS = 30_000
_PACKAGE = "headwater_server.personalizer"


@dataclass(frozen=True, slots=True)
class Told:
    """What was shown to whom: enough to tell the server later what came of it.

    With the default reward as it was then: whichever process comes at the end gives the same.
    """

    visitor: str
    action: str
    token: str
    context: dict[str, str | float]
    answer: dict[str, Any]
    digest: str
    default_reward: float


@dataclass(frozen=True, slots=True)
class Remembered:
    """An event as the store holds it. ``settled``: its reward is learned; ``seen``: its showing."""

    event_id: str
    told: Told
    active: bool
    rewards: int
    total: float
    settled: bool
    seen: bool


class Memory:
    """The events that wait for a reward."""

    def __init__(self, store: Store, catalogue: str, settings: PersonalizerSettings) -> None:
        """Keep them in ``store``, with the other keys of the catalogue."""
        self._store = store
        self._keys = Keys(catalogue)
        self._wait_ms = int(settings.personalizer_reward_wait_minutes * 60_000)
        self._aggregation = settings.personalizer_reward_aggregation
        names = ("remember", "change", "note", "claim")
        scripts = (Script(f"{name}.lua", _PACKAGE) for name in names)
        self._remember, self._change, self._note, self._claim = scripts

    async def remember(self, event_id: str, told: Told, *, active: bool) -> Told:
        """Keep ``told``; return it, or what was kept before under the same id."""
        keys = [self._keys.personalizer_event(event_id), self._keys.personalizer_deadlines]
        kept_ms = self._wait_ms + KEPT_AFTER_MS
        arguments = (_written(told), int(active), self._wait_ms, kept_ms, event_id)
        known: bytes = await self._remember.run(self._store, keys, arguments)
        return _read(known) if known else told

    async def reward(self, event_id: str, value: float) -> Remembered | None:
        """Note a reward; None: there is no such event, or its wait is over."""
        return await self._changed(event_id, ("reward", repr(value), self._aggregation))

    async def activate(self, event_id: str) -> Remembered | None:
        """Note that the event was shown; None: there is no such event, or its wait is over."""
        return await self._changed(event_id, ("activate",))

    async def _changed(self, event_id: str, arguments: tuple[str, ...]) -> Remembered | None:
        keys = [self._keys.personalizer_event(event_id)]
        return _remembered(event_id, await self._change.run(self._store, keys, arguments))

    async def note(self, event_id: str, *learned: str) -> None:
        """Note what the server has learned: ``seen``, ``settled``."""
        await self._note.run(self._store, [self._keys.personalizer_event(event_id)], learned)

    async def claim(self) -> list[str]:
        """Return events whose wait is over; nobody else gets them for half a minute."""
        keys = [self._keys.personalizer_deadlines]
        due = await self._claim.run(self._store, keys, (CLAIMED_AT_ONCE, LEASE_MS))
        return [event_id.decode("utf-8", "surrogatepass") for event_id in due]

    async def recall(self, event_id: str) -> Remembered | None:
        """Return the event as it is now."""
        held = await self._store.call("HGETALL", self._keys.personalizer_event(event_id))
        return _remembered(event_id, held)

    async def forget(self, event_id: str) -> None:
        """Let go of an event that is done with."""
        event, deadlines = (
            self._keys.personalizer_event(event_id),
            self._keys.personalizer_deadlines,
        )
        for answer in await self._store.call_all((("DEL", event), ("ZREM", deadlines, event_id))):
            good(answer)


def _written(told: Told) -> str:
    return json.dumps([getattr(told, field.name) for field in fields(told)], separators=(",", ":"))


def _read(raw: bytes) -> Told:
    return Told(*json.loads(raw))


def _remembered(event_id: str, answer: Any) -> Remembered | None:
    flat = answer if isinstance(answer, list) else [x for pair in answer.items() for x in pair]
    held = dict(zip(flat[::2], flat[1::2], strict=True))
    if b"told" not in held:
        return None
    return Remembered(
        event_id=event_id,
        told=_read(held[b"told"]),
        active=held[b"active"] == b"1",
        rewards=int(held[b"rewards"]),
        total=float(held[b"sum"]),
        settled=held[b"settled"] == b"1",
        seen=held[b"seen"] == b"1",
    )
