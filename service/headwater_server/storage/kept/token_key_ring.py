"""The keys of attribution tokens, which the store holds for all replicas of a catalogue.

All processes know a new key before the first of them signs with it: each process reads the ring
every `REFRESH_S`, and the key signs from `LEAD_S` after its creation. An old key opens tokens as
long as a token that it signed may arrive, and is deleted at the next rotation after that.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from headwater_server.engine.tokens.token_key import TokenKey
from headwater_server.errors import HeadwaterError
from headwater_server.replica.ports.token_keys import KEYS_MAX, RingKey, TokenKeys
from headwater_server.storage.redis.script import Script
from headwater_server.storage.redis.store import Store

SECRET_BYTES = 32
REFRESH_S = 5.0
LEAD_S = 30.0
OLD_FILE = "token.key"  # the file of the single key in data directories of earlier releases

_log = structlog.get_logger(__name__)
_REPLACE = Script("token_key_ring.lua", "headwater_server.storage.kept")


class Ring:
    """The ring of one catalogue, as text in a store; its kinds say how it is read and replaced."""

    async def get(self) -> bytes | None:
        """Return the stored text, None if there is none."""
        raise NotImplementedError

    async def create(self, text: str) -> None:
        """Store the text, unless there is one."""
        raise NotImplementedError

    async def put(self, found: str, wanted: str) -> bool:
        """Replace the text ``found``; return False if another one is stored meanwhile."""
        raise NotImplementedError

    def first_secret(self) -> bytes:
        """Return the secret of the first key."""
        return secrets.token_bytes(SECRET_BYTES)

    async def read(self) -> list[RingKey]:
        """Return the keys, oldest first; if there is no key, create the first one."""
        kept = await self.get()
        if kept is None:
            await self.create(_written([RingKey(TokenKey(0, self.first_secret()), 0)]))
            kept = await self.get()
        return _read(kept or b"[]")

    async def rotate(self, now_ms: int, token_ms: int, *, revoke: bool = False) -> list[RingKey]:
        """Add a key that signs from `LEAD_S` on; delete keys that no valid token names.

        With ``revoke`` it signs at once, and every other key is deleted: each process rejects all
        earlier tokens as soon as it has read the ring.
        """
        while True:
            found = await self.read()
            kept = [] if revoke else _in_use(found, now_ms - token_ms)
            key = TokenKey(_free_id(found), secrets.token_bytes(SECRET_BYTES))
            wanted = [*kept, RingKey(key, now_ms + (0 if revoke else int(LEAD_S * 1000)))]
            if await self.put(_written(found), _written(wanted)):
                return wanted

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[TokenKeys]:
        """Yield the keys that this process knows; a task updates them from the store."""
        keys = TokenKeys(await self.read())
        following = asyncio.create_task(self._follow(keys))
        try:
            yield keys
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _follow(self, keys: TokenKeys) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            try:
                keys.replace(await self.read())
            except HeadwaterError:  # the store does not answer: the known keys stay valid
                _log.debug("token keys could not be read again")
            except Exception:  # noqa: BLE001 - if the store's keys are invalid, the known ones stay
                _log.exception("the token keys of the store are not valid")


@dataclass(frozen=True, slots=True)
class RedisTokenKeys(Ring):
    """The ring in Redis; ``data_dir`` may contain the key of an earlier release."""

    store: Store
    name: str
    data_dir: Path | None = None

    async def get(self) -> bytes | None:
        """See `Ring.get`."""
        kept: bytes | None = await self.store.call("GET", self.name)
        return kept

    async def create(self, text: str) -> None:
        """See `Ring.create`."""
        await self.store.call("SET", self.name, text, "NX")

    async def put(self, found: str, wanted: str) -> bool:
        """See `Ring.put`."""
        return bool(await _REPLACE.run(self.store, (self.name,), (found, wanted)))

    def first_secret(self) -> bytes:
        """Return the secret of an earlier release, if the directory has one."""
        old = self.data_dir / OLD_FILE if self.data_dir else None
        return old.read_bytes() if old and old.exists() else Ring.first_secret(self)


def _in_use(keys: Sequence[RingKey], since_ms: int) -> list[RingKey]:
    """Return the keys that may have signed a token after ``since_ms``."""
    ends = [*(ring_key.signs_from_ms for ring_key in keys[1:]), None]  # when the next key signs
    return [
        ring_key
        for ring_key, end_ms in zip(keys, ends, strict=True)
        if end_ms is None or end_ms > since_ms
    ]


def _free_id(keys: Sequence[RingKey]) -> int:
    used = {ring_key.key.key_id for ring_key in keys}
    newest = keys[-1].key.key_id
    free = [n % KEYS_MAX for n in range(newest + 1, newest + KEYS_MAX) if n % KEYS_MAX not in used]
    if not free:
        raise ValueError(f"there are {KEYS_MAX} token keys in use: lower attribution_token_minutes")
    return free[0]


def _written(keys: Sequence[RingKey]) -> str:
    ring = [
        {"id": k.key.key_id, "secret": k.key.secret.hex(), "signs_from_ms": k.signs_from_ms}
        for k in keys
    ]
    return json.dumps(ring, separators=(",", ":"))


def _read(text: bytes) -> list[RingKey]:
    return [
        RingKey(TokenKey(key["id"], bytes.fromhex(key["secret"])), key["signs_from_ms"])
        for key in json.loads(text)
    ]
