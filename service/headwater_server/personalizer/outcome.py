"""From a reward between -1 and 1 to something that a visitor did, or did not.

What the server learns is whether an act followed. A reward r is told as one act with the chance r
(a refusal with the chance -r), so that the share of acts is the mean of the rewards, and 0.9 is
learned as three times 0.3. S. Agrawal, N. Goyal, "Analysis of Thompson sampling for the
multi-armed bandit problem", COLT 2012, section 1, do the same for the same reason. The coin is
thrown by the event's id, once: a repeat, a restart or another process throws the same.
"""

from __future__ import annotations

import hashlib
from enum import Enum


class Outcome(Enum):
    """What is told to the server."""

    ACT = "act"
    REFUSAL = "refusal"
    NOTHING = "nothing"


def coin(event_id: str) -> float:
    """Return a number from 0 up to, not including, 1: the event's own.

    >>> coin("a") == coin("a"), 0 <= coin("b") < 1
    (True, True)
    """
    digest = hashlib.blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def outcome_of(event_id: str, reward: float) -> Outcome:
    """Return what a reward, or a sum of them, comes to.

    A sum that grows passes the coin once and stays beyond it, so that it can be told at once.

    >>> outcome_of("any", 1.0).value, outcome_of("any", 0.0).value, outcome_of("any", -1.0).value
    ('act', 'nothing', 'refusal')
    """
    throw = coin(event_id)
    if reward > throw:
        return Outcome.ACT
    return Outcome.REFUSAL if -reward > throw else Outcome.NOTHING
