"""The interface of stored evaluations: derived data, made from the log and lost without harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class StoredEvaluation:
    """The JSON report of `headwater evaluate`, by the name of its policies or its own.

    The report's keys are those of `evaluation.reports.as_json`: at least ``name``,
    ``create_time_ms``, ``metric``, ``placement``, ``from_offset``, ``until_offset``, ``level`` and
    ``policies``, a list of objects with ``policy``, ``verdict``, ``value``, ``interval`` (two
    numbers or null), ``effective_share`` and ``visitors_needed``.
    """

    name: str
    create_time_ms: int
    report: str

    @property
    def place(self) -> str:
        """Return its place in the order of all, for `Evaluations.newest`."""
        return f"{self.create_time_ms}:{self.name}"


class Evaluations(Protocol):
    """Stores a bounded number of reports; the oldest is deleted for a new one."""

    async def put(self, evaluation: StoredEvaluation) -> None:
        """Store a report; one of the same name is replaced. ValueError if it is too long."""

    async def newest(self, count: int, *, after: str = "") -> list[StoredEvaluation]:
        """Return up to ``count`` reports, newest first, after the `place` of one of them.

        ValueError if ``after`` is no place. The report there may have been deleted.
        """
