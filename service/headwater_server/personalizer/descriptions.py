"""What the catalogue is told of actions: their features, when they are new or have changed."""

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
from headwater_server.personalizer.server import Server

KNOWN_MAX = 20_000
CHANGE_S = 10.0
"""An action whose features change with every call is described so often at most."""
_FIELDS = ("features", "tags")
_log = structlog.get_logger(__name__)


class _Known(NamedTuple):
    digest: bytes
    at_s: float


class Descriptions:
    """Which content of which action the catalogue was told last, by this process."""

    def __init__(self, server: Server) -> None:
        """Know nothing yet; after a restart each action is described once more."""
        self._server = server
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._under_way: set[asyncio.Task[None]] = set()

    async def describe(self, key: str, actions: Iterable[Action]) -> None:
        """Tell the catalogue. A new action is waited for; a change goes on beside the rank call."""
        new, changed = [], []
        for action in actions:
            digest, known = _digest(action), self._known.get(action.id)
            if known is None:
                new.append((action, digest))
            elif known.digest != digest and time.monotonic() - known.at_s > CHANGE_S:
                changed.append((action, digest))
        if changed:
            self._go_on(self._tell(key, changed))
        if new:
            await self._tell(key, new)

    async def close(self) -> None:
        """Wait for what is under way."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _go_on(self, telling: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(telling)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _tell(self, key: str, told: list[tuple[Action, bytes]]) -> None:
        """Upsert; a catalogue that takes nothing now is told at the next call."""
        try:
            items = [item for action, _ in told if (item := await self._item(key, action))]
            if items:
                await self._server.upsert(key, items, _FIELDS)
        except HeadwaterError as error:
            _log.warning("actions are ranked undescribed", why=str(error))
            return
        for action, digest in told:
            self._known[action.id] = _Known(digest, time.monotonic())
            self._known.move_to_end(action.id)
        while len(self._known) > KNOWN_MAX:
            self._known.popitem(last=False)

    async def _item(self, key: str, action: Action) -> Item | None:
        """Return what to write; of an action that says nothing only that there is one."""
        if not action.features and await self._server.holds(key, action.id):
            return None
        features, tags = item_features(action.features)
        return Item(action.id, features=features, tags=tags)


def _digest(action: Action) -> bytes:
    text = json.dumps(action.features, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).digest()
