"""A/A experiments read at 100 looks: how often a difference is called where none is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.evaluation.bars import Bar, finish, show
from benchmarks.evaluation.shop import Visits, serve
from headwater_server.cli.progress import Progress
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.cuped import Moments, cuped
from headwater_server.inference.experiments.difference import difference
from headwater_server.inference.experiments.fixed_horizon import difference_at_end

LOOKS = 100
PLANNED = 500
Floats = NDArray[np.float64]
NAMES = ("sequence", "sequence, CUPED", "z at each look", "z at each look, CUPED", "z once")


@dataclass(frozen=True)
class Look:
    """What is known of each visitor who was here so far: clicks, clicks before, was here before."""

    is_here: NDArray[np.bool_]
    rows: Floats
    """visitors x 3."""


def check(runs: int, visits: int, seed: int) -> None:
    """Assign the same visitors to two equal arms again and again, and count the alarms."""
    looks = look_often(serve(visits, seed))
    random = np.random.default_rng(seed)
    alarms = np.zeros(len(NAMES))
    widths = []
    with Progress("A/A experiments", runs) as bar:
        for run in range(runs):
            found, width = experiment(looks, random)
            alarms += found
            widths.append(width)
            bar.at(run + 1)
    shares = alarms / runs
    here = int(looks[-1].is_here.sum())
    title = f"{runs} A/A experiments, {here:,} visitors, {LOOKS} looks"
    show(title, NAMES, [[f"{share:.3f}" for share in shares]])
    show("at the end", ("width of the sequence by that of the fixed interval",),
         [[f"{np.mean(widths):.2f}"]])  # fmt: skip
    finish(
        [
            Bar("false alarms, sequence", float(shares[0]), 0.05),
            Bar("false alarms, sequence with CUPED", float(shares[1]), 0.05),
            Bar("z test read at every look", float(shares[2]), 0.25, is_most=False),
        ]
    )


def look_often(visits: Visits) -> list[Look]:
    """Return what is known at each look in the second half; the first half is history."""
    before, after = visits.halves()
    visits_before, clicks_before = before.by_visitor()
    known = (visits_before > 0).astype(np.float64)
    looks = []
    for end in np.linspace(0, len(after.visitor), LOOKS + 1)[1:].astype(int):
        count, clicks = Visits(after.visitor[:end], after.clicks[:end]).by_visitor()
        looks.append(Look(count > 0, np.column_stack([clicks, clicks_before, known])))
    return looks


def moments(look: Look, is_in: NDArray[np.bool_]) -> Moments:
    """Return the sums over the visitors of an arm who are here."""
    return Moments.of(*look.rows[look.is_here & is_in].T)


def experiment(looks: list[Look], random: np.random.Generator) -> tuple[Floats, float]:
    """Return which ways of reading raise an alarm, and how wide the sequence is at the end."""
    treated = random.random(len(looks[0].is_here)) < 0.5
    alarms = np.zeros((len(looks), len(NAMES)), dtype=bool)
    for place, look in enumerate(looks):
        arms = moments(look, treated), moments(look, ~treated)
        plain = [Arm.from_sums(a.visitors, a.sums[0], a.products[0, 0]) for a in arms]
        adjusted = cuped(arms)
        sequences = [difference(one, two, PLANNED) for one, two in (plain, adjusted)]
        fixed = [difference_at_end(one, two) for one, two in (plain, adjusted)]
        alarms[place, :4] = [0.0 not in interval for interval in (*sequences, *fixed)]
    alarms[-1, 4] = alarms[-1, 2]
    raised = np.asarray(alarms.any(axis=0), dtype=np.float64)
    return raised, sequences[0].width / fixed[0].width
