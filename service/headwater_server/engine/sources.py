"""How far each source was read: the position is state, so what was read counts exactly once.

A batch on the log names the position at which its reading began. It counts only if that is the
position of the state: a second reader, or an append that was repeated because its answer was lost,
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater_server.engine.messages.entries import SourceAdvance
from headwater_server.engine.messages.events import CREATED, Outcome, Status

_ELSEWHERE = Outcome(Status.EXISTS, "source: another position was reached before")


@dataclass(frozen=True, slots=True)
class SourceState:
    """One partition: its position, and what was read and missed of it in all.

    ``time_ms`` is the log's time of the last batch.
    """

    position: str = ""
    messages: int = 0
    missed: int = 0
    time_ms: int = 0


class Sources:
    """The state of all sources, by (source, partition).

    >>> sources = Sources()
    >>> sources.advance(SourceAdvance("clicks", "0", "", "5", messages=5), 1_000).status.value
    'created'
    >>> sources.advance(SourceAdvance("clicks", "0", "", "5", operations=1), 1_001).status.value
    'exists'
    >>> sources.skips(), sources.skips(), sources.of("clicks", "0").position
    (True, False, '5')
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._states: dict[tuple[str, str], SourceState] = {}
        self._skipped = 0  # operations that still belong to a batch that does not count

    def __bool__(self) -> bool:
        """Whether any source was read."""
        return bool(self._states)

    def of(self, source: str, partition: str) -> SourceState:
        """Return the state of a partition, that of the beginning if nothing was read of it."""
        return self._states.get((source, partition), SourceState())

    def all(self) -> dict[tuple[str, str], SourceState]:
        """Return the states by (source, partition)."""
        return dict(self._states)

    def advance(self, batch: SourceAdvance, now_ms: int) -> Outcome:
        """Move on, if the batch begins where the state is; otherwise what it holds is skipped."""
        key = batch.source, batch.partition
        before = self.of(*key)
        if batch.before != before.position:
            self._skipped = batch.operations
            return _ELSEWHERE
        self._states[key] = SourceState(
            batch.after,
            before.messages + batch.messages,
            before.missed + batch.missed,
            now_ms,
        )
        return CREATED

    def follow(self, batch: SourceAdvance, now_ms: int) -> None:
        """Count a batch of a log whose beginning is not kept: its first batch begins anywhere."""
        key = batch.source, batch.partition
        if key not in self._states:
            self._states[key] = SourceState(batch.before)
        self.advance(batch, now_ms)
        self._skipped = 0

    @property
    def is_skipping(self) -> bool:
        """Whether `skips` returns True next."""
        return self._skipped > 0

    def skips(self) -> bool:
        """Return whether the next operation belongs to a batch that does not count."""
        if not self._skipped:
            return False
        self._skipped -= 1
        return True

    @property
    def branch(self) -> dict[str, list[list[Any]]]:
        """Return a branch of plain values; none without any, as in the digests before this."""
        rows = [
            [*key, kept.position, kept.messages, kept.missed, kept.time_ms]
            for key, kept in sorted(self._states.items())
        ]
        return {"sources": rows} if rows else {}

    def load(self, state: dict[str, Any]) -> None:
        """Go on with what `branch` put into a state."""
        self._states = {
            (source, partition): SourceState(*kept)
            for source, partition, *kept in state.get("sources", [])
        }
