"""From Personalizer's reward, a number, to the reward of an event of ours."""

from __future__ import annotations

LARGEST = 1.0
"""The best and, negative, the worst reward that an event has; a sum beyond it counts as it."""


def reward_of_event(reward: float) -> float:
    """Return what is learned of a reward, or of a sum of rewards: the number itself, -1 to 1.

    >>> reward_of_event(0.3), reward_of_event(1.75), reward_of_event(-3.0)
    (0.3, 1.0, -1.0)
    """
    return max(-LARGEST, min(LARGEST, reward))
