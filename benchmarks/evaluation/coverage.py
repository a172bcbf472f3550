"""Coverage of intervals: rows drawn again and again from rates that are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.open_bandit import (
    POSITIONS,
    Comparison,
    Floats,
    click_rates,
    comparisons,
)
from benchmarks.evaluation.peers import vw_estimators
from headwater_server.cli.progress import Progress
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.fixed_horizon import fixed_reach
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.betting import betting_sequence
from headwater_server.inference.intervals.clopper_pearson import clopper_pearson
from headwater_server.inference.intervals.gamma import gamma
from headwater_server.inference.off_policy.overlap import Overlap
from headwater_server.inference.off_policy.snips import snips
from headwater_server.inference.off_policy.weights import effective_sample_size

DEFAULT = "Clopper-Pearson"
PEER = "cressieread (vw)"
BETTING = "betting"
SLOW_DRAWS = 5
"""Draws of what takes long: a peer that adds one row at a time, and the sequence."""


Way = Callable[[Floats, Floats], Interval]
"""From weights and clicks to an interval."""


@dataclass(frozen=True)
class World:
    """A comparison with known rates: cells are pairs of item and position."""

    name: str
    shown: Floats
    """The logged policy's chance of each cell."""
    weights: Floats
    rates: Floats

    @classmethod
    def of(cls, one: Comparison) -> World:
        """Return the world of a comparison: each policy by its mean, rates from all rows."""
        items = one.logged.items
        logged = np.full((items, POSITIONS), 1.0 / items)
        if one.direction == "bts->random":
            logged = one.logged.shares()
        rates = click_rates(one.logged, one.target)
        return cls(
            one.name,
            (logged / POSITIONS).ravel(),
            (one.policy / logged).ravel(),
            rates.ravel(),
        )

    @property
    def is_heavy(self) -> bool:
        """Return whether weights have a heavy tail; from random to bts none is above 10."""
        return self.name.endswith("bts->random")

    @property
    def truth(self) -> float:
        """Return the target policy's click rate."""
        return float((self.shown * self.weights * self.rates).sum())

    def draw(self, rows: int, random: np.random.Generator) -> tuple[Floats, Floats]:
        """Return the weights and clicks of so many rows."""
        cells = random.choice(len(self.shown), rows, p=self.shown)
        clicks = random.random(rows) < self.rates[cells]
        return self.weights[cells], clicks.astype(np.float64)


def normal(weights: Floats, clicks: Floats) -> Interval:
    """Return the usual interval on SNIPS, for comparison."""
    arm = Arm.of(snips(weights, clicks).rows)
    reach = fixed_reach() * arm.squared_error**0.5
    return Interval(arm.mean - reach, arm.mean + reach, 0.95)


def default(weights: Floats, clicks: Floats) -> Interval:
    """Return what evaluation shows for a click rate."""
    return clopper_pearson(snips(weights, clicks).value, effective_sample_size(weights))


def cressieread(largest: float) -> Way:
    """Return vw-estimators' interval with the true bound of the weights."""
    module = vw_estimators("cressieread")

    def interval(weights: Floats, clicks: Floats) -> Interval:
        peer = module.Interval(wmin=0.0, wmax=largest, rmin=0.0, rmax=1.0)
        for weight, click in zip(weights.tolist(), clicks.tolist(), strict=True):
            peer.add_example(1.0, click, weight)
        low, high = peer.get(0.05)
        return Interval(low, high, 0.95)

    return interval


FAST: dict[str, Way] = {DEFAULT: default, "gamma": gamma, "normal": normal}


@dataclass
class Found:
    """Of one kind of interval: share that held the truth, and mean width by the truth."""

    covered: list[bool]
    widths: list[float]

    def add(self, interval: Interval, truth: float) -> None:
        """Count one interval."""
        self.covered.append(truth in interval)
        self.widths.append(interval.width / truth)

    def text(self) -> str:
        """Return coverage and width."""
        return f"{np.mean(self.covered):.3f}  {np.mean(self.widths):.2f}"


def check(data: Path, rows: int, draws: int, seed: int) -> None:
    """Print coverage and width of each interval in six worlds, then the gates of the default."""
    worlds = [World.of(one) for one in comparisons(data)]
    found, answered = [], []
    for number, world in enumerate(worlds):
        with Progress(world.name, draws) as bar:
            one, share = _measure(world, rows, draws, np.random.default_rng([seed, number]), bar.at)
        found.append(one)
        answered.append(share)
    names = list(found[0])
    show(
        "coverage and width by truth",
        ("world", "ESS", "answered", *names),
        [
            (world.name, _size(world, rows), f"{share:.3f}", *(one[name].text() for name in names))
            for world, one, share in zip(worlds, found, answered, strict=True)
        ],
    )
    finish(_bars(worlds, found))


def _measure(
    world: World, rows: int, draws: int, random: np.random.Generator, at: Callable[[int], None]
) -> tuple[dict[str, Found], float]:
    slow: dict[str, Way] = {
        PEER: cressieread(float(world.weights.max())),
        BETTING: betting_sequence,
    }
    found = {name: Found([], []) for name in (*FAST, *slow)}
    answered = 0
    for draw in range(draws):
        weights, clicks = world.draw(rows, random)
        answered += Overlap.of_rows(weights, clicks).is_enough
        for name, interval in {**FAST, **(slow if draw < SLOW_DRAWS else {})}.items():
            if clicks.any():
                found[name].add(interval(weights, clicks), world.truth)
        at(draw + 1)
    return found, answered / draws


def _size(world: World, rows: int) -> str:
    return f"{rows / float((world.shown * world.weights**2).sum()):,.0f}"


def _bars(worlds: list[World], found: list[dict[str, Found]]) -> list[Bar]:
    covered = [float(np.mean(one[DEFAULT].covered)) for one in found]
    width = float(np.mean([np.mean(one[DEFAULT].widths) for one in found]))
    heavy = [one for world, one in zip(worlds, found, strict=True) if world.is_heavy]
    times = [np.mean(one[PEER].widths) / np.mean(one[DEFAULT].widths) for one in heavy]
    return [
        Bar("coverage of the default interval, mean", float(np.mean(covered)), 0.94, is_most=False),
        Bar("the same, least of six", min(covered), 0.93, is_most=False),
        Bar("width by truth, mean", width, 1.8),
        Bar(f"times narrower than {PEER}, bts->random", float(np.mean(times)), 3.0, is_most=False),
    ]
