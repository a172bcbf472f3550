"""The draw of the list as an instrument: what seeing an item does."""

from __future__ import annotations

from dataclasses import dataclass

from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import mean
from headwater_server.inference.causal.doubly_robust import scores
from headwater_server.inference.causal.effect import Effect

F_MIN = 10.0


@dataclass(frozen=True, slots=True)
class Instrumented:
    """The effect of seeing, and that of placing on seeing, with its first-stage F."""

    effect: Effect
    seen_more: Effect
    first_stage_f: float


def seen_by_draw(
    placed: ArrayLike,
    chances: ArrayLike,
    seen: ArrayLike,
    outcomes: ArrayLike,
    covariates: ArrayLike,
    visitors: ArrayLike,
) -> Instrumented:
    r"""Return the effect of placing on the outcome over its effect on seeing.

    .. math:: \hat\beta = \frac{\sum_i (\psi^y_{1i} - \psi^y_{0i})}
        {\sum_i (\psi^s_{1i} - \psi^s_{0i})}, \quad F = (\hat\pi / \mathrm{se}\,\hat\pi)^2

    with both scores of `doubly_robust`: once of the outcome, once of having seen. It speaks of
    lists whose visitor sees the item if it is placed.

    Assumptions: the chances are those of the draw; placing acts only through being seen; nobody
    sees an item less because it was placed. Weak first stages (F below 10) give no answer.
    Where placing does not change who sees, the ratio is not finite.

    Examples
    --------
    >>> placed, chances, visitors = [1, 0] * 4, [0.5] * 8, range(8)
    >>> seen, outcomes = [1, 0, 1, 0, 1, 0, 0, 0], [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]
    >>> found = seen_by_draw(placed, chances, seen, outcomes, [[1.0]] * 8, visitors)
    >>> round(found.effect.value, 9), round(found.seen_more.value, 9)
    (0.666666667, 0.75)

    Source: G. Imbens, J. Angrist, "Identification and estimation of local average treatment
    effects", Econometrica 1994; Z. Tan, "Regression and weighting methods for causal inference
    using instrumental variables", JASA 2006.
    """
    more = scores(placed, chances, outcomes, covariates)
    sees = scores(placed, chances, seen, covariates)
    by_row, seen_by_row = more[0] - more[1], sees[0] - sees[1]
    first = mean(seen_by_row, visitors)
    whole = mean(by_row, visitors)
    if first.value == 0.0:
        nothing = Effect(float("nan"), float("inf"), first.clusters)
        return Instrumented(nothing, first, 0.0)
    ratio = whole.value / first.value
    error = mean((by_row - ratio * seen_by_row) / first.value, visitors)
    return Instrumented(
        Effect(ratio, error.standard_error, whole.clusters), first, first_stage_f(first)
    )


def first_stage_f(first: Effect) -> float:
    """Return the F of one instrument: the square of its t.

    >>> first_stage_f(Effect(0.5, 0.1, 100))
    25.0
    """
    if first.standard_error == 0.0:
        return float("inf") if first.value else 0.0
    return (first.value / first.standard_error) ** 2
