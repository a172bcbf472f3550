"""Six comparisons on Open Bandit's real rows: is the other policy's own mean inside?"""

from __future__ import annotations

from pathlib import Path

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.open_bandit import Comparison, comparisons
from headwater_server.inference.interval import Interval
from headwater_server.inference.intervals.clopper_pearson import clopper_pearson
from headwater_server.inference.off_policy.overlap import Overlap
from headwater_server.inference.off_policy.snips import snips

REFUSED = "women, bts->random"


def answer(one: Comparison) -> tuple[Overlap, Interval | None]:
    """Return the overlap, and the default interval where there is enough of it."""
    weights, clicks = one.weights, one.logged.click
    overlap = Overlap.of_rows(weights, clicks)
    if not overlap.is_enough:
        return overlap, None
    return overlap, clopper_pearson(snips(weights, clicks).value, overlap.effective_rows)


def check(data: Path) -> None:
    """Print the answers; gates: all of them right, and the one without overlap refused."""
    rows, wrong, answered, refused = [], 0, 0, False
    for one in comparisons(data):
        overlap, interval = answer(one)
        truth = float(one.target.click.mean())
        if interval is None:
            refused |= one.name == REFUSED
            text = f"not enough overlap: {overlap.problems[0]}"
        else:
            answered += 1
            wrong += truth not in interval
            text = f"{interval.low:.5f} to {interval.high:.5f}"
        size = f"{overlap.effective_rows:,.0f}"
        rows.append((one.name, f"{truth:.5f}", size, f"{overlap.mean_weight:.2f}", text))
    show("real rows", ("comparison", "truth", "ESS", "mean weight", "95 % interval"), rows)
    finish(
        [
            Bar("answered with the truth outside", wrong, 0),
            Bar("answered", answered, 5, is_most=False),
            Bar(f"{REFUSED}: refused", float(refused), 1, is_most=False),
        ]
    )
