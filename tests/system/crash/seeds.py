"""How many seeds a crash test runs with, and which: every choice of a test comes from its seed."""

from __future__ import annotations

import os

IN_TESTS = 5


def seeds(in_tests: int = IN_TESTS) -> list[int]:
    """Return the seeds to give to `parametrize`; pytest prints them in the tests' names.

    HEADWATER_SEEDS says how many (the soak wants more), HEADWATER_SEED names the only one, to
    play a failure again. ``in_tests``: how many when neither is set.
    """
    if only := os.environ.get("HEADWATER_SEED"):
        return [int(only)]
    return list(range(1, 1 + int(os.environ.get("HEADWATER_SEEDS", in_tests))))
