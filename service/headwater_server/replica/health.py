"""What can be served right now, and why not."""

from __future__ import annotations

from collections.abc import Callable

import structlog

_log = structlog.get_logger(__name__)
Watcher = Callable[[bool, bool], None]


class Health:
    """Reads need a restored state; writes need the store, too.

    >>> health = Health()
    >>> health.watch(lambda reads, writes: print(reads, writes))
    False False
    >>> health.restored()
    True True
    >>> health.broken("an entry is missing")
    True False
    >>> health.store_back(); health.writes, health.reason
    (False, 'an entry is missing')
    """

    def __init__(self) -> None:
        """Nothing is served before `restored`."""
        self._restored = False
        self._store_away = ""
        self._broken = ""
        self._stopping = False
        self._watchers: list[Watcher] = []
        self._told = (False, False)

    @property
    def reads(self) -> bool:
        """Whether questions are answered."""
        return self._restored and not self._stopping

    @property
    def writes(self) -> bool:
        """Whether feedback can be acknowledged."""
        return self.reads and not self.reason

    @property
    def reason(self) -> str:
        """Why writes are refused, "" when they are not."""
        if self._stopping:
            return "the server is stopping"
        return self._broken or self._store_away

    @property
    def fault(self) -> str:
        """Why this replica stopped learning for good, "" while it learns."""
        return self._broken

    def watch(self, watcher: Watcher) -> None:
        """Call ``watcher(reads, writes)`` now and at every change."""
        self._watchers.append(watcher)
        watcher(self.reads, self.writes)

    def restored(self) -> None:
        """Note that the state is that of the log's head at the start."""
        self._restored = True
        self._tell()

    def store_away(self) -> None:
        """Note that the store does not answer."""
        if not self._store_away:
            _log.warning("the store does not answer; reads go on, writes are refused")
        self._store_away = "the store does not answer; nothing is acknowledged"
        self._tell()

    def store_back(self) -> None:
        """Note that the store answers."""
        if self._store_away:
            _log.info("the store answers again")
        self._store_away = ""
        self._tell()

    def broken(self, reason: str) -> None:
        """Note that this state cannot go on; only a look by a human, and a restart, heal it."""
        _log.error("this replica stops learning; reads go on", reason=reason)
        self._broken = reason
        self._tell()

    def stopping(self) -> None:
        """Note that the end is near, so that load balancers look elsewhere."""
        self._stopping = True
        self._tell()

    def _tell(self) -> None:
        now = (self.reads, self.writes)
        if now != self._told:
            self._told = now
            for watcher in self._watchers:
                watcher(*now)
