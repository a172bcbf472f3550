"""Rows of a report in columns, never more than a limit: then whole visitors are left out."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from hashlib import blake2b

import numpy as np

from headwater_server.engine.policies.standing import Standing
from headwater_server.inference.checks import Floats

ROWS_MAX = 400_000
COLUMNS = (
    "list", "item", "placed", "seen", "chance", "score", "interactions", "chosen", "price",
    "history",
)  # fmt: skip


@dataclass
class Gathered:
    """One row for each list and candidate; ``list`` and ``item`` are numbers.

    ``share`` is the share of visitors whose lists are kept, by a hash of their name: if there are
    more rows than the limit, it is halved.
    """

    rows_max: int = ROWS_MAX
    share: float = 1.0
    items: dict[str, int] = field(default_factory=dict)
    columns: dict[str, array[float]] = field(
        default_factory=lambda: {name: array("d") for name in COLUMNS}
    )
    _drawn: array[float] = field(default_factory=lambda: array("d"))

    def __len__(self) -> int:
        return len(self._drawn)

    def keeps(self, profile: str) -> bool:
        """Return whether the lists of a visitor or account are among those that are kept."""
        return draw_of(profile) < self.share

    def add(
        self, number: int, profile: str, found: Standing, placed: set[str], seen: set[str]
    ) -> None:
        """Add the rows of a list."""
        ids, count = found.item_ids, len(found.item_ids)
        values: dict[str, list[float]] = {
            "list": [number] * count,
            "item": [self.items.setdefault(one, len(self.items)) for one in ids],
            "placed": [one in placed for one in ids],
            "seen": [one in seen for one in ids],
            "chance": found.in_list.tolist(),
            "score": found.scores.tolist(),
            "interactions": found.interactions.tolist(),
            "chosen": found.chosen.tolist(),
            "price": found.prices.tolist(),
            "history": [found.history] * count,
        }
        for name, column in values.items():
            self.columns[name].extend(column)
        self._drawn.extend([draw_of(profile)] * count)
        while len(self) > self.rows_max and self.share > 1e-6:
            self._halve()

    def table(self) -> dict[str, Floats]:
        """Return the columns as arrays."""
        return {name: np.asarray(column) for name, column in self.columns.items()}

    def _halve(self) -> None:
        self.share /= 2.0
        kept = np.asarray(self._drawn) < self.share
        for name, column in self.columns.items():
            self.columns[name] = array("d", np.asarray(column)[kept])
        self._drawn = array("d", np.asarray(self._drawn)[kept])


def draw_of(profile: str) -> float:
    """Return a number from 0 to 1 that is always the same for a visitor or account.

    >>> draw_of("v:ann") == draw_of("v:ann"), 0.0 <= draw_of("v:bob") < 1.0
    (True, True)
    """
    digest = blake2b(profile.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2.0**64
