"""The values that the settings of an answer may have; `settings_ranges` has them from here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from headwater_server.engine.ranking.objective_names import OBJECTIVES
from headwater_server.engine.reranking.levels import LEVELS
from headwater_server.engine.setting_values.rankers import checked_name

NUMBERS: dict[str, tuple[float, float]] = {
    "exploration_bandit_epsilon": (0, 1),
    "exploration_bandit_scale": (0, 1_000),
    "exploration_epsilon": (0, 1),
    "exploration_temperature": (1e-6, 1_000),
}
"""Name -> (minimum, maximum), both allowed."""
SHOWN_MAX = 60
CHOICES: dict[str, tuple[str, ...]] = {
    "exploration_bandit": ("matching", "off"),
    "exploration_policy": ("plackett_luce", "thompson"),
    "diversity": tuple(LEVELS),
    "objective": OBJECTIVES,
}
RANKER = "ranker"
"""A policy names one of the setting `rankers`, or the champion."""


def checked_value(name: str, value: Any) -> Any:
    """Return a number as a float, a text as it is. Raises ValueError with the name and the fix.

    >>> checked_value("exploration_epsilon", 1)
    1.0
    >>> checked_value("exploration_epsilon", 2)
    Traceback (most recent call last):
    ValueError: exploration_epsilon = 2: must lie between 0 and 1
    >>> checked_value("diversity", "some")
    Traceback (most recent call last):
    ValueError: diversity = 'some': write none, low, medium, high or auto
    """
    if name == RANKER:
        return checked_name(value)
    if name in CHOICES:
        if value not in CHOICES[name]:
            *first, last = CHOICES[name]
            raise ValueError(f"{name} = {_short(value)}: write {', '.join(first)} or {last}")
        return value
    low, high = NUMBERS[name]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{name} = {_short(value)}: must be a finite number")
    if not low <= value <= high:
        raise ValueError(f"{name} = {_short(value)}: must lie between {low:g} and {high:g}")
    return float(value)


def _short(value: Any) -> str:
    """Return a value as an error shows it: a caller's may have any length."""
    shown = repr(value)
    return shown if len(shown) <= SHOWN_MAX else f"{shown[:SHOWN_MAX]}…"


def checked_values(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return all of them checked, by name."""
    return {name: checked_value(name, value) for name, value in sorted(overrides.items())}
