"""How many seeds a crash test runs with, and which: every choice of a test comes from its seed."""

from __future__ import annotations

import os

IN_TESTS = 2
IS_SOAK = "HEADWATER_SOAK_S" in os.environ  # `make soak`: sizes may be those of the real thing


def seeds(in_tests: int = IN_TESTS) -> list[int]:
    """Return the seeds to give to `parametrize`; pytest prints them in the tests' names.

    HEADWATER_SEEDS says how many, HEADWATER_SEED_FIRST from which one; HEADWATER_SEED names the
    only one, to play a failure again. ``in_tests``: how many when nothing is set.
    """
    if only := os.environ.get("HEADWATER_SEED"):
        return [int(only)]
    first = int(os.environ.get("HEADWATER_SEED_FIRST", "1"))
    return list(range(first, first + int(os.environ.get("HEADWATER_SEEDS", in_tests))))
