"""What the crash tests did to the server, and what came of it: one table at the end of a run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest

ROWS = {
    1: "kill -9 during acknowledged feedback",
    2: "the store dies, or its machine",
    3: "the call happened, its answer was lost",
    4: "duplicates",
    5: "events out of order",
    6: "failover of the store",
    7: "torn snapshots",
    8: "clocks",
    9: "poison",
    10: "a slow replica",
    11: "the store is full: its memory, or its disk",
    12: "a flood of random ids",
    13: "rolling restart",
    14: "determinism",
    15: "the simulation",
    16: "the gateway or a worker dies under browsers",
    17: "settings of a second server",
    18: "a flood with a page's key",
    19: "experiments under kills",
    20: "brokers of the log on Kafka",
    21: "who reads a source is killed",
}
HEADINGS = ("row", "fault", "seeds", "faults", "acknowledged", "lost", "in bound", "doubled")


@dataclass
class Tally:
    """The sums of one row. ``in_bound``: lost, but no more than the durability mode allows."""

    seeds: set[int] = field(default_factory=set)
    faults: int = 0
    acknowledged: int = 0
    lost: int = 0
    in_bound: int = 0
    doubled: int = 0


class Tallies:
    """The fixture `tally`: call it once a seed, before the asserts, so that failures count too."""

    def __init__(self) -> None:
        self._rows: defaultdict[int, Tally] = defaultdict(Tally)

    def __call__(
        self,
        row: int,
        seed: int,
        *,
        faults: int = 0,
        acknowledged: int = 0,
        lost: int = 0,
        in_bound: int = 0,
        doubled: int = 0,
    ) -> None:
        """Add what one seed of a row of the suite (1 to 15) did and found."""
        assert row in ROWS
        tally = self._rows[row]
        tally.seeds.add(seed)
        tally.faults += faults
        tally.acknowledged += acknowledged
        tally.lost += lost
        tally.in_bound += in_bound
        tally.doubled += doubled

    def plain(self) -> dict[str, Any]:
        """Return the sums as plain values, to be handed from one process to another."""
        return {str(row): {**asdict(t), "seeds": sorted(t.seeds)} for row, t in self._rows.items()}

    def add(self, plain: dict[str, Any]) -> None:
        """Add what `plain` returned in another process."""
        for row, sums in plain.items():
            for seed in sums.pop("seeds"):
                self(int(row), seed)
            for name, more in sums.items():
                tally = self._rows[int(row)]
                setattr(tally, name, getattr(tally, name) + more)

    @property
    def acknowledged(self) -> int:
        """Return how many events were acknowledged so far, in all rows."""
        return sum(tally.acknowledged for tally in self._rows.values())

    def __bool__(self) -> bool:
        return bool(self._rows)

    def lines(self) -> Iterator[str]:
        """Yield the table, line by line."""
        yield _line(HEADINGS)
        for row, tally in sorted(self._rows.items()):
            sums = (tally.faults, tally.acknowledged, tally.lost, tally.in_bound, tally.doubled)
            yield _line((str(row), ROWS[row], *(f"{n:,}" for n in (len(tally.seeds), *sums))))


TALLIES = pytest.StashKey[Tallies]()


def _line(cells: tuple[str, ...]) -> str:
    row, fault, *numbers = cells
    return f"{row:>3}  {fault:<40}" + "".join(f"{number:>13}" for number in numbers)
