"""The settings of the adapter that can change while it runs: those of the file, then the store's.

What a call changes is kept in the store, so all web processes and their restarts follow it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from headwater_server.personalizer.choosing import APPRENTICE
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.storage.key_names import Keys
from headwater_server.storage.redis.store import Store

FRESH_S = 0.5
CHANGEABLE = (
    "personalizer_mode",
    "personalizer_share",
    "personalizer_reward_wait_minutes",
    "personalizer_default_reward",
    "personalizer_reward_aggregation",
)
_EDITED = "edit_time_ms"


class Configuration:
    """The settings in force, as this process knows them."""

    def __init__(self, store: Store, catalogue: str, settings: PersonalizerSettings) -> None:
        """Begin with ``settings``, those of the file, flags and environment."""
        self._store = store
        self._key = Keys(catalogue).personalizer_configuration
        self._given = self._current = settings
        self._read_at_s = 0.0
        self.edit_time_ms = 0

    @property
    def settings(self) -> PersonalizerSettings:
        """The settings of the last `refresh`; in online mode there is no share."""
        return self._current

    @property
    def wait_ms(self) -> int:
        """How long rewards count."""
        return round(self._current.personalizer_reward_wait_minutes * 60_000)

    @property
    def longest_wait_ms(self) -> int:
        """How long any event may wait, also one of the settings of the file."""
        return max(self.wait_ms, round(self._given.personalizer_reward_wait_minutes * 60_000))

    async def refresh(self) -> PersonalizerSettings:
        """Return the settings, at most half a second old."""
        if time.monotonic() - self._read_at_s > FRESH_S:
            self._use(await self._kept())
        return self._current

    async def change(self, changes: Mapping[str, Any], now_ms: int) -> PersonalizerSettings:
        """Keep changes, which were checked, for all processes."""
        kept = {**await self._kept(), **changes, _EDITED: now_ms}
        await self._store.call("SET", self._key, json.dumps(kept))
        self._use(kept)
        return self._current

    async def reset(self) -> PersonalizerSettings:
        """Forget all changes: the settings of the file are in force again."""
        await self._store.call("DEL", self._key)
        self._use({})
        return self._current

    async def _kept(self) -> dict[str, Any]:
        raw = await self._store.call("GET", self._key)
        return dict(json.loads(raw)) if raw else {}

    def _use(self, kept: Mapping[str, Any]) -> None:
        changes = {name: kept[name] for name in CHANGEABLE if name in kept}
        settings = replace(self._given, **changes)
        if settings.personalizer_mode != APPRENTICE:
            settings = replace(settings, personalizer_share=0.0)
        self._current = settings
        self.edit_time_ms = int(kept.get(_EDITED, 0))
        self._read_at_s = time.monotonic()
