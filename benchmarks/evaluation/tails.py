"""A/A experiments on rare purchases and on revenue with a heavy tail, read at 100 looks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.peeking import LOOKS, NAMES, Floats, Look, experiment
from headwater_server.cli.progress import Progress
from headwater_server.engine.experiments.comparing import VISITORS_MIN
from headwater_server.engine.experiments.counts.sums import CAPPED_FROM, TAIL

VISITORS = 4_000
ACTIVITY = 0.7  # shape of the gamma distribution of visits, as in `shop`
BUYS = 0.04  # of a visit
SPREAD = 1.3  # of the logarithm of what is paid: the largest thousandth pay a twentieth of all
METRICS = ("purchases", "revenue", "revenue, capped")


def check(runs: int, visits: int, seed: int) -> None:
    """Assign visitors who keep buying to two equal arms; count the alarms of each metric."""
    random = np.random.default_rng(seed)
    alarms = {metric: np.zeros(len(NAMES)) for metric in METRICS}
    with Progress("A/A experiments", runs) as bar:
        for run in range(runs):
            if run % 50 == 0:  # other visitors from time to time
                looks = look_often(visits, random)
            for metric in METRICS:
                alarms[metric] += experiment(looks[metric], random)[0]
            bar.at(run + 1)
    rows = [(name, *(f"{share:.3f}" for share in alarms[name] / runs)) for name in METRICS]
    show(f"{runs} A/A experiments, {LOOKS} looks", ("metric", *NAMES), rows)
    finish(
        [
            Bar(f"false alarms, {name}, {way}", float(alarms[name][place] / runs), 0.05)
            for name in ("purchases", "revenue, capped")
            for place, way in ((0, "sequence"), (1, "sequence with CUPED"))
        ]
    )


def look_often(visits: int, random: np.random.Generator) -> dict[str, list[Look]]:
    """Return what is known of each metric at each look; the first half of the visits is history."""
    activity = random.gamma(ACTIVITY, size=VISITORS)
    visitor = random.choice(VISITORS, visits, p=activity / activity.sum())
    buys = (random.random(visits) < BUYS).astype(np.float64)
    pays = buys * random.lognormal(0.0, SPREAD, visits)
    half = visits // 2
    known = (np.bincount(visitor[:half], minlength=VISITORS) > 0).astype(np.float64)
    bought = np.bincount(visitor[:half], buys[:half], VISITORS)
    found: dict[str, list[Look]] = {metric: [] for metric in METRICS}
    for end in np.linspace(half, visits, LOOKS + 1)[1:].astype(int):
        seen = visitor[half:end]
        is_here = np.bincount(seen, minlength=VISITORS) > 0
        if is_here.sum() < 2 * VISITORS_MIN:
            continue
        bought_since, paid = (
            np.bincount(seen, each[half:end], VISITORS).astype(np.float64) for each in (buys, pays)
        )
        sums = bought_since, paid, capped(paid, is_here)
        for metric, each in zip(METRICS, sums, strict=True):
            found[metric].append(Look(is_here, np.column_stack([each, bought, known])))
    return found


def capped(paid: Floats, is_here: NDArray[np.bool_]) -> Floats:
    """Return what visitors paid, the largest thousandth as much as the least of them."""
    here = np.sort(paid[is_here])
    if len(here) < CAPPED_FROM:
        return paid
    return np.asarray(np.minimum(paid, here[-max(1, int(TAIL * len(here)))]))
