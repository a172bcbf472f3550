"""How strong something hidden would have to be to explain an effect away."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from headwater_server.inference.causal.clustered import independent, least_squares, with_constant
from headwater_server.inference.checks import Floats, column, number, table


@dataclass(frozen=True, slots=True)
class Strength:
    """A covariate's partial R2: with who is treated, and with the outcome."""

    place: int
    with_treated: float
    with_outcome: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Of a regression of the outcome on treatment, chance and covariates.

    Parameters
    ----------
    robustness
        Share of what is left of treatment AND outcome that something hidden must explain to bring
        the effect to 0.
    robustness_of_interval
        The same to bring the end of the interval to 0; 0 if it contains 0.
    strongest
        The logged covariate that explains most of the outcome beside; None without any.
    """

    robustness: float
    robustness_of_interval: float
    strongest: Strength | None


def robustness_value(t: float, freedom: float, critical: float = 0.0) -> float:
    r"""Return the robustness value of a coefficient with this t statistic.

    .. math:: RV = \tfrac12\bigl(\sqrt{f^4 + 4 f^2} - f^2\bigr), \quad
        f = \frac{|t| - t_{crit}}{\sqrt{\nu}}

    Examples
    --------
    >>> round(robustness_value(4.18445, 783), 4)
    0.1388

    Source: C. Cinelli, C. Hazlett, "Making sense of sensitivity: extending omitted variable
    bias", JRSS B 2020 (the example is theirs: Darfur).
    """
    degrees = number("freedom", freedom, 0.0, open_ends=True)
    f = max(0.0, abs(t) - critical) / math.sqrt(degrees)
    return 0.5 * (math.sqrt(f**4 + 4.0 * f**2) - f**2)


def e_value(ratio: float) -> float:
    r"""Return the least risk ratio, with both, of something hidden that explains a ratio away.

    .. math:: E = RR + \sqrt{RR\,(RR - 1)}

    A ratio below 1 is turned over.

    Examples
    --------
    >>> round(e_value(3.9), 2), round(e_value(1 / 3.9), 2), e_value(1.0)
    (7.26, 7.26, 1.0)

    Source: T. VanderWeele, P. Ding, "Sensitivity analysis in observational research: introducing
    the E-value", Annals of Internal Medicine 2017.
    """
    up = number("ratio", ratio, 0.0, open_ends=True)
    up = max(up, 1.0 / up)
    return up + math.sqrt(up * (up - 1.0))


def sensitivity(
    treated: ArrayLike,
    chances: ArrayLike,
    outcomes: ArrayLike,
    covariates: ArrayLike,
    visitors: ArrayLike,
    critical: float,
) -> Sensitivity:
    r"""Return the robustness value, beside the strongest covariate's partial R2.

    .. math:: R^2_{x} = t_x^2 / (t_x^2 + \nu)

    Assumption: linear. A draw leaves nothing hidden; so this is about what one must believe in
    order to doubt the draw.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> x, z = random.normal(size=(500, 1)), random.random(500) < 0.5
    >>> near = x + 0.1 * random.normal(size=(500, 1))
    >>> found = sensitivity(z, np.full(500, 0.5), z + x[:, 0], near, range(500), 1.96)
    >>> found.robustness > 0.5, found.strongest.with_outcome > 0.9
    (True, True)
    """
    group = column("treated", treated)
    columns = table("covariates", covariates)
    whole = with_constant(column("chances", chances, len(group)), columns)
    kept = independent(whole)
    # the treatment is last: what the controls explain of it counts for them
    used = np.concatenate([whole[:, kept], group[:, None]], axis=1)
    fit = least_squares(outcomes, used, visitors)
    ratio = _t(fit.coefficients[-1], fit.plain_errors[-1])
    robust = [robustness_value(ratio, fit.freedom, cut) for cut in (0.0, critical)]
    beside = least_squares(group, whole[:, kept], visitors)
    strengths = [
        Strength(
            int(place) - 2,
            _partial(beside.coefficients[at], beside.plain_errors[at], beside.freedom),
            _partial(fit.coefficients[at], fit.plain_errors[at], fit.freedom),
        )
        for at, place in enumerate(kept.tolist())
        if place >= 2
    ]
    strongest = max(strengths, key=lambda one: one.with_outcome, default=None)
    return Sensitivity(robust[0], robust[1], strongest)


def _t(value: float, error: float) -> float:
    return float(value) / float(error) if error > 0.0 else 0.0


def _partial(value: float, error: float, freedom: float) -> float:
    square = _t(value, error) ** 2
    return square / (square + freedom) if freedom > 0.0 else 0.0


def arm_means(scores: tuple[Floats, Floats]) -> tuple[float, float]:
    """Return the mean outcome if all were treated, and if none was.

    >>> arm_means((np.array([1.0, 2.0]), np.array([0.0, 1.0])))
    (1.5, 0.5)
    """
    return float(scores[0].mean()), float(scores[1].mean())
