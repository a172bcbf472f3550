"""Lists under other settings: do the intervals hold the truth, and is no overlap noticed?"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.clicks import Floats
from benchmarks.evaluation.list_shop import CHAMPION, Asked, Sizes, ask
from headwater_server.cli.progress import Progress
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.inference.intervals.bootstrap import visitor_bootstrap
from headwater_server.inference.off_policy.competition import between, competition_shift
from headwater_server.inference.off_policy.in_list import in_list, in_list_weights
from headwater_server.inference.off_policy.overlap import Overlap

WEAK, RIVER = "weaker retrieval", "River logistic ranker"
_RIVER = "river:preprocessing.StandardScaler() | linear_model.LogisticRegression()"
_SOURCES = ("next", "history", "words", "walk", "circumstances", "cosines", "together")
CHAMPIONS = {"T 0.2 eps 0.02": (0.2, 0.02), "T 0.4 eps 0.1": (0.4, 0.1)}
TARGETS = {
    "T 0.1": (0.1, 0.02),
    "T 0.4": (0.4, 0.02),
    "eps 0.2": (0.2, 0.2),
    "nearly greedy": (0.02, 0.0),
}
DRAWS = 1_000  # of the bootstrap
LEAST = 1e-9  # what was shown had a chance


@dataclass(frozen=True)
class Judged:
    """What blocks of lists say of a policy: shares of blocks, and means over blocks."""

    champion: str
    target: str
    truth: float
    effective_share: float
    answered: float
    coverage: float
    """Of all blocks, whether answered or not."""
    coverage_answered: float | None
    coverage_alone: float
    """Of the interval that leaves out competition."""
    wider: float
    """Width by that of the interval that leaves out competition."""
    bias: float
    rmse: float
    own_mean: float
    """Coverage of the champion's own mean, as if it were the target's."""


def judge(asked: Asked, champion: str, blocks: int, lists: int, seed: int) -> list[Judged]:
    """Draw blocks of lists, and clicks on them; ask each block for the value of each policy."""
    random = np.random.default_rng(seed)
    names = [name for name in asked.in_list if name != CHAMPION]
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in names}
    with Progress(champion, blocks) as bar:
        for block in range(blocks):
            picked = random.integers(0, len(asked.clicks), lists)
            rewards = draw_clicks(asked.clicks[picked], random)
            logged = np.maximum(asked.in_list[CHAMPION][picked], LEAST)
            visitors = np.arange(lists)
            own = visitor_bootstrap(rewards.sum(axis=1), visitors, draws=DRAWS, seed=block)
            for name in names:
                chances, truth = asked.in_list[name][picked], asked.values[name]
                estimate, weights = (
                    in_list(chances, logged, rewards),
                    in_list_weights(chances, logged),
                )
                overlap = Overlap.of_lists(weights, rewards)
                alone = visitor_bootstrap(estimate.rows, visitors, draws=DRAWS, seed=block)
                interval = between(alone, competition_shift(weights, rewards))
                found[name].append((
                    overlap.effective_share, overlap.is_enough, truth in interval,
                    estimate.value - truth, truth in own, truth in alone,
                    interval.width / alone.width,
                ))  # fmt: skip
            bar.at(block + 1)
    return [_judged(champion, name, asked.values[name], np.array(found[name])) for name in names]


def draw_clicks(chances: Floats, random: np.random.Generator) -> Floats:
    """Return lists x slots: 1 where it is clicked, at most one slot of each list."""
    until = np.cumsum(chances, axis=1)
    draws = random.random((len(chances), 1))
    return np.asarray((draws < until) & (draws >= until - chances), dtype=np.float64)


def _judged(champion: str, target: str, truth: float, found: Floats) -> Judged:
    share, answered, covered, errors, own, alone, wider = found.T
    enough = answered > 0
    of_answered = float(covered[enough].mean()) if enough.any() else None
    return Judged(
        champion, target, truth, float(share.mean()), float(answered.mean()),
        float(covered.mean()), of_answered, float(alone.mean()), float(wider.mean()),
        float(errors.mean()), float((errors**2).mean() ** 0.5), float(own.mean()),
    )  # fmt: skip


def check(
    blocks: int, lists: int, sizes: Sizes, seed: int, report: Path | None, only: str = ""
) -> None:
    """Print what blocks say of each target, under each champion or ``only`` one; then the gates."""
    found: list[Judged] = []
    for number, champion in enumerate(CHAMPIONS):
        if only not in {"", champion}:
            continue
        found += judge(ask_all(champion, sizes, seed), champion, blocks, lists, seed + number)
    columns = (
        "champion", "target", "true", "ESS", "answered", "coverage", "where answered",
        "if items did not compete", "times wider", "bias", "rmse", "champion's own mean",
    )  # fmt: skip
    show(f"{blocks} blocks of {lists:,} lists of 10", columns, [_row(one) for one in found])
    if report is not None:
        report.write_text(json.dumps([asdict(one) for one in found], indent=2) + "\n")
    finish(bars(found))


def ask_all(champion: str, sizes: Sizes, seed: int) -> Asked:
    """Return the lists of one champion, and what all targets say of them."""
    settings = _settings(*CHAMPIONS[champion])
    shared = {
        name: Policy(f"target-{number}", _overrides(*TARGETS[name]))
        for number, name in enumerate(TARGETS)
    }
    target = _settings(0.2, 0.02)
    own = {WEAK: replace(target, without=_SOURCES), RIVER: replace(target, ranker=_RIVER)}
    with Progress(f"shop of {champion}", sizes.places) as bar:
        return ask(settings, shared, own, sizes, seed, bar.at)


def bars(found: list[Judged]) -> list[Bar]:
    """Return the gates: coverage of each target that is answered, refusal of those that cannot."""
    answered = [one for one in found if one.coverage_answered is not None and one.answered > 0.05]
    refused = [one for one in found if one.target in {WEAK, RIVER}]
    return [
        *(
            Bar(f"{one.target} from {one.champion}: coverage where answered",
                one.coverage_answered or 0.0, 0.92, is_most=False)
            for one in answered
        ),
        Bar("targets and champions that are answered", len(answered), 1, is_most=False),
        *(
            Bar(f"{one.target} from {one.champion}: refused", 1 - one.answered, 0.95, is_most=False)
            for one in refused
        ),
    ]  # fmt: skip


def _settings(temperature: float, epsilon: float) -> EngineSettings:
    return EngineSettings(exploration_temperature=temperature, exploration_epsilon=epsilon)


def _overrides(temperature: float, epsilon: float) -> dict[str, float]:
    return {"exploration_temperature": temperature, "exploration_epsilon": epsilon}


def _row(one: Judged) -> tuple[str, ...]:
    answered = "" if one.coverage_answered is None else f"{one.coverage_answered:.3f}"
    return (
        one.champion, one.target, f"{one.truth:.3f}", f"{one.effective_share:.3f}",
        f"{one.answered:.3f}", f"{one.coverage:.3f}", answered,
        f"{one.coverage_alone:.3f}", f"{one.wider:.2f}", f"{one.bias:+.4f}", f"{one.rmse:.4f}",
        f"{one.own_mean:.3f}",
    )  # fmt: skip
