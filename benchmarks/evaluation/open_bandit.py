"""Open Bandit's rows: one fashion item each, shown by `random` or by `bts`, clicked or not."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
FILE = Path("../shared/data/obd/impressions.csv.gz")
CAMPAIGNS = ("all", "men", "women")
DIRECTIONS = ("bts->random", "random->bts")
POSITIONS = 3
PSEUDO_ROWS = 0.1  # of each item at each position: an item that bts never showed has a chance
MEAN_ROWS = 500.0  # of the mean, added to each item's own: so rates differ, by about half


@dataclass(frozen=True)
class Rows:
    """The rows of one policy in one campaign; ``items`` is how many the campaign has."""

    items: int
    item: Numbers
    position: Numbers
    click: Floats
    propensity: Floats

    @property
    def cell(self) -> Numbers:
        """Return a number for each pair of item and position."""
        return self.item * POSITIONS + self.position

    def shares(self) -> Floats:
        """Return how often each item is shown at each position: the policy's mean, items x 3."""
        counts = np.bincount(self.cell, minlength=self.items * POSITIONS) + PSEUDO_ROWS
        shares = counts.reshape(self.items, POSITIONS)
        return np.asarray(shares / shares.sum(axis=0))


@dataclass(frozen=True)
class Comparison:
    """Rows of one policy, asked about the other, whose own rows are the truth."""

    campaign: str
    direction: str
    logged: Rows
    target: Rows

    @property
    def name(self) -> str:
        """Return campaign and direction."""
        return f"{self.campaign}, {self.direction}"

    @property
    def policy(self) -> Floats:
        """Return the target's chance of each item at each position: uniform, or bts's mean."""
        if self.direction == "bts->random":
            return np.full((self.logged.items, POSITIONS), 1.0 / self.logged.items)
        return self.target.shares()

    @property
    def weights(self) -> Floats:
        """Return the importance weight of each logged row."""
        chances = self.policy[self.logged.item, self.logged.position]
        return np.asarray(chances / self.logged.propensity)


def comparisons(file: Path) -> list[Comparison]:
    """Return all six: three campaigns in two directions."""
    rows = _read(file)
    found = []
    for campaign in CAMPAIGNS:
        random, bts = rows[campaign, "random"], rows[campaign, "bts"]
        found.append(Comparison(campaign, DIRECTIONS[0], bts, random))
        found.append(Comparison(campaign, DIRECTIONS[1], random, bts))
    return found


def click_rates(*several: Rows) -> Floats:
    """Return the click rate of each item, items x 3: shrunk to the mean, from rows of all."""
    acts = np.asarray(sum(np.bincount(rows.item, rows.click, rows.items) for rows in several))
    seen = np.asarray(sum(np.bincount(rows.item, minlength=rows.items) for rows in several))
    rates = (acts + MEAN_ROWS * acts.sum() / seen.sum()) / (seen + MEAN_ROWS)
    return np.repeat(rates[:, None], POSITIONS, axis=1)


def _read(file: Path) -> dict[tuple[str, str], Rows]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        every = list(csv.DictReader(lines))
    found = {}
    for campaign in CAMPAIGNS:
        here = [row for row in every if row["campaign"] == campaign]
        number = {item: n for n, item in enumerate(sorted({row["item_id"] for row in here}))}
        for policy in ("random", "bts"):
            of = [row for row in here if row["policy"] == policy]
            found[campaign, policy] = Rows(
                len(number),
                np.array([number[row["item_id"]] for row in of]),
                np.array([int(row["position"]) - 1 for row in of]),
                np.array([float(row["click"]) for row in of]),
                np.array([float(row["propensity"]) for row in of]),
            )
    return found
