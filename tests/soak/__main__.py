"""`make soak`: every crash test, seed after seed, until the time is over.

    python -m tests.soak --seconds 600 [--first-seed 1] [pytest's arguments]

Each round plays every test with one new seed, so that a short soak has seen every row as well.
What failed is said at once; pytest's report and the table of what was done come at the end.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pytest

SEEDS_MAX = 1_000
ROWS_ON_A_REAL_STORE = ("order", "clocks", "unknown_entries", "one_digest")
PLACES = (
    "tests/system/crash",
    "tests/simulation",
    "tests/golden",
    *(f"tests/integration/test_{row}.py" for row in ROWS_ON_A_REAL_STORE),
)


def main() -> int:
    """Soak; return 0 if nothing was lost, learned twice, or otherwise wrong."""
    parser = argparse.ArgumentParser(prog="make soak")
    parser.add_argument("--seconds", type=float, default=600, help="how long it takes, about")
    parser.add_argument("--first-seed", type=int, default=1, help="seeds go up from here")
    options, arguments = parser.parse_known_args()
    os.environ["HEADWATER_SEED_FIRST"] = str(options.first_seed)
    os.environ["HEADWATER_SEEDS"] = str(SEEDS_MAX)
    os.environ["HEADWATER_THOROUGH"] = "1"  # also what `make test` leaves out
    os.environ["HEADWATER_SOAK_S"] = str(options.seconds)
    from tests.soak.soaking import Soaking

    places = [place for place in PLACES if Path(place).exists()]
    return pytest.main(["-qq", *places, *arguments], plugins=[Soaking(options.seconds)])


if __name__ == "__main__":
    sys.exit(main())
