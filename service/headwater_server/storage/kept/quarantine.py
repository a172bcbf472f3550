"""The quarantine: rejected events, each with its reason, on a separate stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.engine.messages.events import Event
from headwater_server.log.v1 import entry_pb2
from headwater_server.replica.ports.quarantine import QuarantinedEvent, RejectedEvent
from headwater_server.storage.codecs.event_codec import decode_event, encode_event
from headwater_server.storage.key_names import Keys
from headwater_server.storage.log.written import Written
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import Durability, StorageSettings


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A stored event; ``kept_id`` names it. ``event`` is None if it was too long to store."""

    kept_id: str
    event_id: str
    visitor_id: str
    user_id: str
    reason: str
    event: Event | None
    token: str = ""
    print: str = ""

    @property
    def time_ms(self) -> int:
        """The time of the rejection."""
        return int(self.kept_id.partition("-")[0])

    def without_token(self) -> QuarantinedEvent:
        """Return the event for operators: without the token, which is a secret of its visitor."""
        ids = (self.event_id, self.visitor_id, self.user_id)
        return QuarantinedEvent(self.kept_id, self.time_ms, *ids, self.reason, self.event)

    def is_of(self, user_id: str, visitor_ids: Sequence[str]) -> bool:
        """Whether the event is the account's, or an anonymous one of one of the visitors.

        So is one whose list was asked for the account.
        """
        if user_id and user_id in (self.user_id, self._asked_for):
            return True
        return not self.user_id and self.visitor_id in visitor_ids

    @property
    def _asked_for(self) -> str:
        slate = self.event.slate if self.event else None
        return slate.question.user_id if slate and slate.question else ""


def quarantined(kept_id: bytes, stored: Mapping[bytes, bytes]) -> Quarantined:
    """Read what `quarantine.lua` wrote; earlier releases stored no ids besides the event."""
    text = {name: value.decode("utf-8", "replace") for name, value in stored.items()}
    payload = stored.get(b"event", b"")
    event = decode_event(entry_pb2.Event.FromString(payload)) if payload else None
    return Quarantined(
        kept_id=kept_id.decode(),
        event_id=text.get(b"event_id", ""),
        visitor_id=text.get(b"visitor_id", event.visitor_id if event else ""),
        user_id=text.get(b"user_id", event.user_id if event else ""),
        reason=text.get(b"reason", ""),
        event=event,
        token=text.get(b"token", ""),
        print=text.get(b"print", ""),
    )


ID_CHARACTERS = 128
PAGE = 500


class RedisQuarantine:
    """Implements `replica.ports.quarantine.Quarantine`, and lists the stored events."""

    def __init__(self, store: Store, settings: StorageSettings) -> None:
        """Use the quarantine of ``settings.catalogue``; nothing is sent yet."""
        self._store = store
        self._settings = settings
        self._written = Written(store)
        keys = Keys(settings.catalogue)
        self._stream = keys.quarantine
        self._total = keys.quarantined
        self._prints = f"{keys.quarantine}:prints"
        self._put = Script("quarantine.lua", "headwater_server.storage.kept")

    async def put(self, rejected: Sequence[RejectedEvent]) -> int:
        """See the port; of an event that is too long only the ids are stored."""
        arguments: list[str | bytes | int] = [self._settings.quarantined_events_max]
        for one in rejected:
            arguments += self._fields(one)
        keys = (self._stream, self._total, self._prints)
        total = int(await self._put.run(self._store, keys, arguments))
        if self._settings.durability is Durability.EVERYSEC:
            await self._written.confirm()  # QUARANTINED is an answer, too
        return total

    async def total(self) -> int:
        """See the port."""
        return int(await self._store.call("GET", self._total) or 0)

    async def length(self) -> int:
        """See the port."""
        return int(await self._store.call("XLEN", self._stream))

    async def forget(self, user_id: str, visitor_ids: Sequence[str]) -> int:
        """See the port."""
        theirs = [kept async for kept in self.kept() if kept.is_of(user_id, visitor_ids)]
        await self.drop(theirs)
        return len(theirs)

    async def kept(self) -> AsyncIterator[Quarantined]:
        """Yield the stored events, oldest first."""
        start = "-"
        while page := await self._store.call("XRANGE", self._stream, start, "+", "COUNT", PAGE):
            for kept_id, fields in page:
                yield quarantined(kept_id, fields)
            start = "(" + page[-1][0].decode()

    async def newest(
        self, count: int, *, before: str = "", reason: str = ""
    ) -> list[QuarantinedEvent]:
        """See the port."""
        found: list[QuarantinedEvent] = []
        start, page_size = f"({before}" if before else "+", PAGE if reason else count
        while page := await self._page_before(start, page_size):
            kept = (quarantined(kept_id, fields).without_token() for kept_id, fields in page)
            found += [one for one in kept if reason in one.reason]
            if len(found) >= count:
                return found[:count]
            start = "(" + page[-1][0].decode()
        return found

    async def _page_before(self, start: str, count: int) -> Any:
        command = ("XREVRANGE", self._stream, start, "-", "COUNT", count)
        return await self._store.call(*command)

    async def drop(self, kept: Sequence[Quarantined]) -> None:
        """Delete some events; an event that is deleted already is no error."""
        for start in range(0, len(kept), PAGE):
            few = kept[start : start + PAGE]
            await self._store.call("XDEL", self._stream, *[one.kept_id for one in few])
            if prints := [one.print for one in few if one.print]:
                await self._store.call("HDEL", self._prints, *prints)

    def _fields(self, rejected: RejectedEvent) -> list[str | bytes | int]:
        event = rejected.event
        content = self._content(event)
        ids = [name[:ID_CHARACTERS] for name in (event.visitor_id, event.user_id)]
        mark = event.fingerprint.hex() or f"{event.event_id[:ID_CHARACTERS]} {rejected.reason}"
        token = rejected.token if len(content) and len(rejected.token) <= self._bytes_max else ""
        return [event.event_id[:ID_CHARACTERS], rejected.reason, content, token, *ids, mark]

    @property
    def _bytes_max(self) -> int:
        return self._settings.quarantined_event_bytes_max

    def _content(self, event: Event) -> bytes:
        stored = encode_event(event)
        if stored.ByteSize() > self._bytes_max:
            return b""
        return stored.SerializeToString(deterministic=True)
