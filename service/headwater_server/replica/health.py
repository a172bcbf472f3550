"""What can be served now, and otherwise the reason."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from headwater_server.observability.repeats import Repeats

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
    >>> health.store_back(); health.writes_accepted(); health.writes, health.reason
    (False, 'an entry is missing')
    """

    def __init__(self) -> None:
        """Start in a state where nothing is served, until `restored`."""
        self._restored = False
        self._store_away = ""
        self._refused = ""
        self._broken = ""
        self._returning = ""
        self._lost = ""
        self._sources: dict[str, str] = {}
        self._repeats = Repeats()
        self._stopping = False
        self._watchers: list[Watcher] = []
        self._notified = (False, False)

    @property
    def reads(self) -> bool:
        """Whether requests for lists are answered."""
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
        return self._broken or self._returning or self._refused or self._store_away

    @property
    def notice(self) -> str:
        """What operators should know while all is served: events lost, sources not read."""
        return "; ".join(filter(None, (self._lost, *self._sources.values())))

    @property
    def fault(self) -> str:
        """Why this replica stopped learning, "" while it learns."""
        return self._broken

    def watch(self, watcher: Watcher) -> None:
        """Call ``watcher(reads, writes)`` now and at every change."""
        self._watchers.append(watcher)
        watcher(self.reads, self.writes)

    def restored(self) -> None:
        """Record that the state has reached the log's head at the start."""
        self._restored = True
        self._notify()

    def store_away(self, reason: str) -> None:
        """Record that the log cannot be read, for the reason that the store gives."""
        self._log_refusal(reason)
        self._store_away = reason
        self._notify()

    def store_back(self) -> None:
        """Record that the log can be read."""
        if self._store_away:
            _log.info("the store answers again")
        self._store_away = ""
        self._notify()

    def writes_refused(self, reason: str) -> None:
        """Record that the store accepts no write, until `writes_accepted`."""
        self._log_refusal(reason)
        self._refused = reason
        self._notify()

    def writes_accepted(self) -> None:
        """Record that the store accepts writes."""
        if self._refused:
            _log.info("the store accepts writes again")
        self._refused = ""
        self._notify()

    def _log_refusal(self, reason: str) -> None:
        if self._repeats.pass_(reason):
            _log.warning("writes are refused; reads continue", reason=reason)

    def broken(self, reason: str) -> None:
        """Record that this state can learn no more, until an operator repairs and restarts it."""
        _log.error("this replica stops learning; reads continue", reason=reason)
        self._broken = reason
        self._notify()

    def returning(self, reason: str) -> None:
        """Record that this state is ahead of the log, and returns to it by itself."""
        _log.warning("this replica returns to the log; reads continue", reason=reason)
        self._returning = f"this replica returns to the log, and learns again soon: {reason}"
        self._notify()

    def repaired(self) -> None:
        """Record that the state follows the log again."""
        _log.info("this replica learns again")
        self._broken = self._returning = ""
        self._notify()

    def lost(self, notice: str) -> None:
        """Record which learned events the store lost last."""
        self._lost = notice

    def source(self, name: str, problem: str) -> None:
        """Record why a source cannot be read, "" when it is read again."""
        self._sources[name] = problem and f"source {name}: {problem}"

    def stopping(self) -> None:
        """Record that the server stops, so that load balancers choose another one."""
        self._stopping = True
        self._notify()

    def _notify(self) -> None:
        now = (self.reads, self.writes)
        if now != self._notified:
            self._notified = now
            for watcher in self._watchers:
                watcher(*now)
