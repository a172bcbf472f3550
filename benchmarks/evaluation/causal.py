"""Bar: causal lines on shops with a hidden need, of which the true effect is known."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.hidden_need import Truth, shop
from headwater_server.cli.progress import Progress
from headwater_server.evaluation.causal.analysis import Analysis, analyse
from headwater_server.evaluation.causal.asked import Outcome
from headwater_server.evaluation.causal.texts import SEEING, TEXTS

COVERED_MIN, BIAS_MAX, NAIVE_MAX, UNSOUND_MIN = 0.92, 0.05, 0.05, 0.90
LEVEL = 0.95
HELD = ("doubly_robust", "instrument", "two_stage")
STRUCTURAL_SHOPS = 20
"""The structural model takes seconds: it is fitted on so many shops."""


@dataclass
class Tally:
    """Of one line over the shops."""

    values: list[float] = field(default_factory=list)
    truths: list[float] = field(default_factory=list)
    covered: int = 0
    unsound: int = 0
    balance: list[float] = field(default_factory=list)

    @property
    def shops(self) -> int:
        """Return how many shops had an estimate."""
        return len(self.values)

    @property
    def bias(self) -> float:
        """Return the mean error by the true effect."""
        truth = float(np.mean(self.truths))
        return float(np.mean(self.values)) / truth - 1.0

    @property
    def coverage(self) -> float:
        """Return the share of intervals that hold the true effect."""
        return self.covered / self.shops if self.shops else float("nan")


def check(shops: int, lists: int, seed: int) -> None:
    """Run the bar; print figures and gates."""
    tallies: dict[str, Tally] = defaultdict(Tally)
    answered = seeing = 0
    with Progress("shops", shops) as bar:
        for number in range(shops):
            rows, truth = shop(lists, seed * 100_000 + number)
            paths = number < STRUCTURAL_SHOPS
            found = analyse(rows, Outcome.PURCHASE, LEVEL, with_paths=paths)
            answered, seeing = answered + found.is_answered, seeing + found.is_seeing_answered
            _count(tallies, found, truth)
            bar.at(number + 1)
    names = ("line", "effect of", "shops", "bias", "coverage", "marked by its placebo")
    show("lines", names, [_row(key, one) for key, one in tallies.items()])
    print(f"a figure of placing was given in {answered} of {shops} shops, of seeing in {seeing}")
    finish(_bars(tallies))


def _count(tallies: dict[str, Tally], found: Analysis, truth: Truth) -> None:
    for key, line in found.lines.items():
        if line.effect is None:
            continue
        tally = tallies[key]
        true = truth.seeing if TEXTS[key].effect_of == SEEING else truth.placing
        tally.values.append(line.effect.value)
        tally.truths.append(true)
        tally.covered += true in line.effect.interval(LEVEL)
        tally.unsound += line.is_sound is False


def _row(key: str, tally: Tally) -> tuple[str, ...]:
    return (
        TEXTS[key].name,
        TEXTS[key].effect_of,
        str(tally.shops),
        f"{tally.bias:+.1%}",
        f"{tally.coverage:.3f}",
        f"{tally.unsound / tally.shops:.3f}",
    )


def _bars(tallies: dict[str, Tally]) -> list[Bar]:
    bars = [
        Bar(f"{TEXTS[key].name}: coverage", tallies[key].coverage, NAIVE_MAX)
        for key in ("naive_placed", "naive_seen")
    ]
    for key in HELD:
        name = TEXTS[key].name
        bars.append(Bar(f"{name}: coverage", tallies[key].coverage, COVERED_MIN, False))
        bars.append(Bar(f"{name}: bias, share of the truth", abs(tallies[key].bias), BIAS_MAX))
    matched = tallies["matched_logged"]
    share = matched.unsound / matched.shops
    bars.append(Bar("matching on what is logged: marked unsound", share, UNSOUND_MIN, False))
    return bars
