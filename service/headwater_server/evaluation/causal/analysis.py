"""All lines about one outcome, and what stops them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
from scipy.stats import t as student

from headwater_server.evaluation.causal import gates
from headwater_server.evaluation.causal.asked import Outcome
from headwater_server.evaluation.causal.rows import CHOSEN_BEFORE, Rows
from headwater_server.evaluation.causal.texts import TEXTS, Text
from headwater_server.inference.causal import differences, doubly_robust, matching
from headwater_server.inference.causal.balance import standardized_differences
from headwater_server.inference.causal.chance_model import logged_chances
from headwater_server.inference.causal.effect import Effect
from headwater_server.inference.causal.instrument import Instrumented, seen_by_draw
from headwater_server.inference.causal.sensitivity import Sensitivity, arm_means, sensitivity
from headwater_server.inference.causal.structural import Structural, structural
from headwater_server.inference.causal.two_stage import two_stage
from headwater_server.inference.checks import Floats

CHANCE = "chance"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Line:
    """One method's estimate, with the same method's estimate of what cannot be: the placebo."""

    key: str
    effect: Effect | None
    placebo: Effect | None

    @property
    def text(self) -> Text:
        """Return what it answers and assumes."""
        return TEXTS[self.key]

    @property
    def is_sound(self) -> bool | None:
        """Return whether the placebo leaves it standing; None: there is none."""
        return None if self.placebo is None else not self.placebo.is_off_zero(gates.PLACEBO_LEVEL)


@dataclass
class Analysis:
    """What was found; ``problems`` stop all figures, ``seeing_problems`` those of seeing.

    ``balance`` is by covariate: before, after weighting, after matching. ``means`` are the mean
    outcomes if it were in all lists, and in none.
    """

    rows: Rows
    below: int
    above: int
    problems: list[str] = field(default_factory=list)
    seeing_problems: list[str] = field(default_factory=list)
    lines: dict[str, Line] = field(default_factory=dict)
    balance: dict[str, tuple[float, float, float | None]] = field(default_factory=dict)
    means: tuple[float, float] | None = None
    first_stage_f: float | None = None
    paths: Structural | None = None
    sensitivity: Sensitivity | None = None

    @property
    def is_answered(self) -> bool:
        """Return whether the effect of placing may be given."""
        return not self.problems

    @property
    def is_seeing_answered(self) -> bool:
        """Return whether the effect of seeing may be given."""
        return not self.problems and not self.seeing_problems


def analyse(
    rows: Rows, outcome: Outcome, level: float = 0.95, *, with_paths: bool = True
) -> Analysis:
    """Estimate every line on the rows with overlap, and note what stops a figure.

    ``with_paths``: also the structural model.
    """
    below, above = rows.chance < gates.CHANCE_MIN, rows.chance > gates.CHANCE_MAX
    kept = rows.part(~below & ~above)
    found = Analysis(kept, int(below.sum()), int(above.sum()))
    found.problems += gates.overlap_problems(kept, str(outcome))
    if found.problems:
        return found
    pairs = _matched(kept)
    _add_lines(found, pairs)
    _add_balance(found, pairs)
    _add_seeing(found, outcome, with_paths=with_paths)
    _add_gates(found)
    critical = float(student.ppf(0.5 + level / 2.0, max(1, kept.visitors_count - 1)))
    args = kept.placed, kept.chance, kept.outcome, _controls(kept), kept.visitors
    found.sensitivity = _tried(lambda: sensitivity(*args, critical))
    return found


def _matched(rows: Rows) -> matching.Matched | None:
    args = rows.placed, rows.chance, rows.outcome, rows.visitors
    return _tried(lambda: matching.matched(*args))


def _add_lines(found: Analysis, pairs: matching.Matched | None) -> None:
    rows, who = found.rows, found.rows.visitors
    controls = _controls(rows)
    logged = _tried(lambda: logged_chances(rows.seen, controls))
    placed, seen, chance = rows.placed, rows.seen, rows.chance

    def both(key: str, estimate: Callable[[Floats], Effect]) -> None:
        effect = _tried(lambda: estimate(rows.outcome))
        found.lines[key] = Line(key, effect, _tried(lambda: estimate(rows.before)))

    both("naive_placed", lambda y: differences.naive(placed, y, who))
    both("naive_seen", lambda y: differences.naive(seen, y, who))
    if logged is not None:
        both("matched_logged", lambda y: matching.matched(seen, logged, y, who).effect)
        both("weighted_logged", lambda y: differences.weighted(seen, logged, y, who))
    if pairs is not None:
        both("matched", lambda y: matching.matched(placed, chance, y, who).effect)
    both("weighted", lambda y: differences.weighted(placed, chance, y, who))
    robust = doubly_robust.doubly_robust
    found.lines["doubly_robust"] = Line(
        "doubly_robust",
        _tried(lambda: robust(placed, chance, rows.outcome, controls, who)),
        _tried(lambda: robust(placed, chance, rows.before, _controls_before(rows), who)),
    )
    found.means = arm_means(doubly_robust.scores(placed, chance, rows.outcome, controls))


def _add_seeing(found: Analysis, outcome: Outcome, *, with_paths: bool) -> None:
    rows = found.rows
    draw, rest = (rows.placed, rows.chance, rows.seen), (_controls(rows), rows.visitors)
    past = _controls_before(rows), rows.visitors

    def pair(method: Callable[..., Instrumented]) -> tuple[Instrumented | None, Effect | None]:
        after = _tried(lambda: method(*draw, rows.outcome, *rest))
        before = _tried(lambda: method(*draw, rows.before, *past))
        return after, before.effect if before else None

    by_draw, placebo = pair(seen_by_draw)
    found.first_stage_f = by_draw.first_stage_f if by_draw else 0.0
    found.lines["instrument"] = Line("instrument", by_draw.effect if by_draw else None, placebo)
    staged, placebo = pair(two_stage)
    found.lines["two_stage"] = Line("two_stage", staged.effect if staged else None, placebo)
    if with_paths:
        last = None if outcome is Outcome.ACT else rows.outcome
        found.paths = _tried(lambda: structural(*draw, rows.acted, last, *rest))
        total = found.paths.total if found.paths else None
        found.lines["structural"] = Line("structural", total, placebo)


def _add_balance(found: Analysis, pairs: matching.Matched | None) -> None:
    rows = found.rows
    columns = np.concatenate([rows.chance[:, None], rows.covariates], axis=1)
    weights = differences.weights_of(rows.placed, rows.chance)
    before = standardized_differences(rows.placed, columns)
    after = standardized_differences(rows.placed, columns, weights)
    matched: list[float | None] = [None] * columns.shape[1]
    if pairs is not None:
        matched = [*standardized_differences(rows.placed, columns, pairs.weights).tolist()]
    names = (CHANCE, *rows.names)
    found.balance = {
        name: (float(before[n]), float(after[n]), matched[n]) for n, name in enumerate(names)
    }


def _add_gates(found: Analysis) -> None:
    after = {name: weighted for name, (_, weighted, _) in found.balance.items()}
    lines = found.lines
    stops = [
        gates.balance_problem(after),
        gates.placebo_problem(lines["doubly_robust"].placebo, "placing"),
    ]
    found.problems += [text for text in stops if text]
    stops = [gates.first_stage_problem(found.first_stage_f or 0.0)]
    if not stops[0]:
        stops.append(gates.placebo_problem(lines["instrument"].placebo, "seeing"))
    found.seeing_problems += [text for text in stops if text]


def _controls(rows: Rows) -> Floats:
    """Return the covariates; without any, a column of zeros, which the methods drop."""
    return rows.covariates if rows.covariates.shape[1] else np.zeros((len(rows), 1))


def _controls_before(rows: Rows) -> Floats:
    """Return the covariates without the one that counts the outcome before."""
    kept = [place for place, name in enumerate(rows.names) if name != CHOSEN_BEFORE]
    return rows.covariates[:, kept] if kept else np.zeros((len(rows), 1))


def _tried(compute: Callable[[], Found]) -> Found | None:
    """Return what is computed, None where the rows do not allow it: a group may be empty."""
    try:
        return compute()
    except (ValueError, ArithmeticError, np.linalg.LinAlgError):
        return None
