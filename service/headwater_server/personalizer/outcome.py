"""From a reward between -1 and 1 to a positive event, a negative event, or none.

The server learns from events. A reward r is reported as one positive event with probability r (a
negative one with probability -r), so that the share of positive events is the mean of the rewards,
and 0.9 is learned as three times 0.3. S. Agrawal, N. Goyal, "Analysis of Thompson sampling for the
multi-armed bandit problem", COLT 2012, section 1, do the same for the same reason. The random
number follows from the event's id: a repeat, a restart or another process draws the same.
"""

from __future__ import annotations

import hashlib
from enum import Enum


class Outcome(Enum):
    """What is reported to the server."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    NONE = "none"


def random_number(event_id: str) -> float:
    """Return the event's random number, from 0 up to, not including, 1.

    >>> random_number("a") == random_number("a"), 0 <= random_number("b") < 1
    (True, True)
    """
    digest = hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def outcome_of(event_id: str, reward: float) -> Outcome:
    """Return the outcome of a reward, or of a sum of rewards.

    A sum that grows exceeds the random number once and for all, so it can be reported at once.

    >>> outcome_of("any", 1.0).value, outcome_of("any", 0.0).value, outcome_of("any", -1.0).value
    ('positive', 'none', 'negative')
    """
    drawn = random_number(event_id)
    if reward > drawn:
        return Outcome.POSITIVE
    return Outcome.NEGATIVE if -reward > drawn else Outcome.NONE
