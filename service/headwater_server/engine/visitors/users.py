"""Accounts: the features that a shop sends for them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from headwater_server.engine.catalogue.recency import drop_first
from headwater_server.engine.messages.entries import UserWrite
from headwater_server.engine.messages.events import ContextValue
from headwater_server.engine.snapshot.state import Deferred

Features = tuple[tuple[str, ContextValue], ...]


class Users:
    """Features by account, at most ``users_max`` accounts; the oldest writes are removed first.

    >>> users = Users(users_max=10)
    >>> users.write(UserWrite("ann", (("segment", "vip"),), set_time_ms=5), now_ms=9)
    True
    >>> users.write(UserWrite("ann", (("segment", "none"),), set_time_ms=4), now_ms=9)
    False
    >>> users.features("ann")
    (('segment', 'vip'),)
    """

    def __init__(self, users_max: int) -> None:
        self.users_max = users_max
        # account -> feature -> (time of the write, value; None once removed). An account's
        # features are replaced, never changed: a snapshot may be reading them
        self._users: dict[str, dict[str, tuple[int, ContextValue | None]]] = {}

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._users

    def __len__(self) -> int:
        return len(self._users)

    def __iter__(self) -> Iterator[str]:
        return iter(self._users)

    def newest(self, count: int) -> list[str]:
        """Return the accounts that were written last, the newest first."""
        return list(islice(reversed(self._users), count))

    def write(self, write: UserWrite, now_ms: int) -> bool:
        """Write features of an account; return whether any is newer than the stored one."""
        known, values = self._users.pop(write.user_id, {}), dict(write.features)
        newest_ms = max((time_ms for time_ms, _ in known.values()), default=now_ms)
        set_ms = max(now_ms, newest_ms) if write.set_time_ms is None else write.set_time_ms
        newer = [n for n in write.fields or values if set_ms >= known.get(n, (set_ms, None))[0]]
        self._users[write.user_id] = known | {name: (set_ms, values.get(name)) for name in newer}
        drop_first(self._users, self.users_max)
        return bool(newer) or not values

    def set_back(self, now_ms: int) -> None:
        """Count writes that were noted after ``now_ms`` as written then."""
        for user_id, known in self._users.items():
            if any(time_ms > now_ms for time_ms, _ in known.values()):
                self._users[user_id] = {n: (min(t, now_ms), v) for n, (t, v) in known.items()}

    def shrink(self) -> None:
        """Remove the accounts beyond ``users_max`` whose writes are the oldest."""
        drop_first(self._users, self.users_max)

    def forget(self, user_id: str) -> None:
        """Forget an account and its features."""
        self._users.pop(user_id, None)

    def features(self, user_id: str) -> Features:
        """Return an account's features by name, () if there are none."""
        known = self._users.get(user_id)
        if not known:
            return ()
        return tuple((n, v) for n, (_, v) in sorted(known.items()) if v is not None)

    def state(self) -> Deferred:
        """Return the accounts in order of their last write."""
        users = self._users.copy()  # quicker than a list of them
        return Deferred(lambda: _columns(users))

    def load(self, state: dict[str, Any]) -> None:
        """Replace the state by what `state` returned."""
        self._users = {
            user_id: {name: (t, value) for name, (t, value) in json.loads(known).items()}
            for user_id, known in zip(state["ids"], state["features"], strict=True)
        }


def _columns(users: dict[str, dict[str, tuple[int, ContextValue | None]]]) -> dict[str, Any]:
    return {
        "ids": list(users),
        "features": [json.dumps(known, sort_keys=True) for known in users.values()],
    }
