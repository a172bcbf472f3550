"""What a choice weighs for each policy: its chance of what was shown by that of the choice."""

from __future__ import annotations

from headwater_server.engine.messages.events import Choice

RATIO_MAX = 1e6
"""A larger weight makes one choice outweigh all others: no figure could be read for years."""
TERMS = {
    "policy": ("policy_weight", "policy_propensity"),
    "baseline": ("baseline_weight", "is_baseline"),
    "random": ("random_weight", "random_propensity"),
}
"""By policy, the fields whose product is its chance of what was shown."""


def weights_of(choice: Choice) -> dict[str, float]:
    """Return the weight of each policy, of a choice whose propensity is above 0.

    >>> weights_of(Choice(0.8, 0.4, 0.25, is_baseline=True))
    {'policy': 0.5, 'baseline': 1.25, 'random': 0.3125}
    """
    return {
        name: getattr(choice, weight) * getattr(choice, chance) / choice.propensity
        for name, (weight, chance) in TERMS.items()
    }


def too_large(weights: dict[str, float]) -> str:
    """Return the policy whose weight cannot be used, "" if all can.

    >>> too_large({"policy": 0.5, "baseline": 1e7}), too_large({"policy": 2.0})
    ('baseline', '')
    """
    return next((name for name, one in weights.items() if not 0.0 <= one <= RATIO_MAX), "")
