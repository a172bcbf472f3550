"""Writes actions into the catalogue: their features, when they are new or have changed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections import OrderedDict
from collections.abc import Coroutine, Iterable
from typing import Any, NamedTuple

import structlog

from headwater import HeadwaterError, Item
from headwater_server.flattening import item_features
from headwater_server.personalizer.requests import Action
from headwater_server.personalizer.server_client import ServerClient

KNOWN_MAX = 20_000
CHANGE_S = 10.0
"""The shortest time between two writes of one action, however often its features change."""
_FIELDS = ("features", "tags")
_log = structlog.get_logger(__name__)


class _Written(NamedTuple):
    digest: bytes
    at_s: float


class ActionCatalogue:
    """Remembers what this process has written of each action, and writes what differs."""

    def __init__(self, server: ServerClient) -> None:
        """Start without memory: after a restart each action is written once more."""
        self._server = server
        self._written: OrderedDict[str, _Written] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def upsert(self, key: str, actions: Iterable[Action]) -> None:
        """Write what is new or changed. Waits for a new action; a change is written beside."""
        new, changed = [], []
        for action in actions:
            digest, written = _digest(action), self._written.get(action.id)
            if written is None:
                new.append((action, digest))
            elif written.digest != digest and time.monotonic() - written.at_s > CHANGE_S:
                changed.append((action, digest))
        if changed:
            self._in_background(self._write(key, changed))
        if new:
            await self._write(key, new)

    async def close(self) -> None:
        """Wait for the writes under way."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _in_background(self, writing: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(writing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _write(self, key: str, actions: list[tuple[Action, bytes]]) -> None:
        """Upsert the actions; if that fails, the next rank call tries again."""
        try:
            items = [item for action, _ in actions if (item := await self._item(key, action))]
            if items and (why := await self._server.upsert(key, items, _FIELDS)):
                _log.warning("actions are ranked without their features", why=why)
        except HeadwaterError as error:
            _log.warning("actions are ranked without their features", why=str(error))
            return
        for action, digest in actions:
            self._written[action.id] = _Written(digest, time.monotonic())
            self._written.move_to_end(action.id)
        while len(self._written) > KNOWN_MAX:
            self._written.popitem(last=False)

    async def _item(self, key: str, action: Action) -> Item | None:
        """Return the item to write; None if the action has no features and the item exists."""
        if not action.features and await self._server.has_item(key, action.id):
            return None
        features, tags = item_features(action.features)
        return Item(action.id, features=features, tags=tags)


def _digest(action: Action) -> bytes:
    text = json.dumps(action.features, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
