"""Brings a sink to the end of the log, a batch at a time: each batch is one step of its mark."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field, replace

from headwater_server.engine.messages.entries import Entry, SettingsChange, UserErase
from headwater_server.engine.new_settings.change import check_settings
from headwater_server.engine.settings import EngineSettings
from headwater_server.exporting.erasures import Erasures
from headwater_server.exporting.reading import erasures_of
from headwater_server.sinks.objects import record_of_rejected, records_of
from headwater_server.sinks.port import STREAMS, Mark, Record, Target, read_mark
from headwater_server.sinks.source import Source

BATCH_RECORDS, BATCH_ENTRIES, BATCH_BYTES, REJECTED = 2_000, 5_000, 16_777_216, 500
"""A batch ends behind the entry that reaches one of these."""


@dataclass
class Written:
    """How many records of each stream a run has put, and up to which entry."""

    records: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STREAMS, 0))
    sequence: int = 0
    left_out: int = 0

    def note(self, records: list[Record], mark: Mark) -> None:
        """Count a batch."""
        for record in records:
            self.records[record.stream] += 1
        self.sequence = mark.position.sequence


class Writing:
    """Writes one source to one target, from the target's own mark on."""

    def __init__(
        self,
        source: Source,
        target: Target,
        catalogue: str,
        on_batch: Callable[[Written], None] = lambda _: None,
    ) -> None:
        self.written = Written()
        self._source = source
        self._target = target
        self._on_batch = on_batch
        self._mark = Mark(catalogue)

    async def begin(self, *, accept_gap: bool) -> None:
        """Read where the target is. `BadSink` if the log lacks what follows there."""
        stored = await self._target.mark()
        mark = read_mark(stored, self._mark.catalogue) if stored else self._mark
        self._mark = await self._source.begin(mark, accept_gap=accept_gap)
        self.written.sequence = self._mark.position.sequence

    async def to_the_end(self, now_ms: int) -> None:
        """Put what the log and the quarantine have now."""
        async for records, mark in self._of_log():
            await self._put(records, mark)
        rejected = await self._source.rejected(self._mark.quarantine, now_ms)
        for start in range(0, len(rejected), REJECTED):
            few = rejected[start : start + REJECTED]
            records = [record_of_rejected(one, self._mark.catalogue) for one in few]
            await self._put(records, replace(self._mark, quarantine=few[-1].kept_id))

    async def _put(self, records: list[Record], mark: Mark) -> None:
        await self._target.put(records, mark.encode())
        self._mark = mark
        self.written.note(records, mark)
        self._on_batch(self.written)

    async def _of_log(self) -> AsyncIterator[tuple[list[Record], Mark]]:
        """Yield batches, each with the mark behind it; who was erased meanwhile is left out."""
        mark, end = self._mark, await self._source.end()
        if end.sequence <= mark.position.sequence:
            return
        erasures = await erasures_of(self._source.log, end, after=mark.position)
        records: list[Record] = []
        entries = size = 0
        async for logged in self._source.log.iterate(mark.position, end.offset):
            entry = logged.entry
            rewards = rewards_after(mark.rewards, entry)
            mark = replace(mark, position=logged.position, rewards=rewards)
            found = self._records(mark, entry, erasures)
            records += found
            entries, size = entries + 1, size + sum(len(one.value) for one in found)
            if _is_full(len(records), entries, size):
                yield records, mark
                records, entries, size = [], 0, 0
        if entries:
            yield records, mark

    def _records(self, mark: Mark, entry: Entry, erasures: Erasures) -> list[Record]:
        found = []
        sequence = mark.position.sequence
        for number, operation, record in records_of(
            mark.catalogue, mark.position, entry, mark.rewards
        ):
            if not isinstance(operation, UserErase) and erasures.hides(
                operation, (sequence, number)
            ):
                self.written.left_out += 1
            else:
                found.append(record)
        return found


def _is_full(records: int, entries: int, size: int) -> bool:
    return records >= BATCH_RECORDS or entries >= BATCH_ENTRIES or size >= BATCH_BYTES


def rewards_after(rewards: Mapping[str, float], entry: Entry) -> Mapping[str, float]:
    """Return the table of rewards in force behind an entry; what the engine refuses is ignored.

    >>> change = SettingsChange(EngineSettings(rewards={"click": 2.0}))
    >>> rewards_after({"click": 1.0}, Entry(0, (change,)))
    {'click': 2.0}
    """
    for operation in entry.operations:
        if isinstance(operation, SettingsChange):
            with contextlib.suppress(ValueError):
                settings = operation.over(EngineSettings(rewards=dict(rewards)))
                check_settings(settings)
                rewards = settings.rewards
    return rewards
