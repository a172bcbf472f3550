"""Buckets and arms: shares as stated; no arm depends on the bucket, or on another experiment."""

from collections import Counter

import pytest

from headwater_server.engine.experiments.units import PARTS, Buckets, Draws, allotted

UNITS = [f"visitor {n}" for n in range(20_000)]


def near(share, of):
    """Whether a share is what a fair draw of so many gives: within four standard errors."""
    return abs(share - of) < 4 * (of * (1 - of) / len(UNITS)) ** 0.5


def test_arms_have_the_shares_of_their_weights():
    counts = Counter(map(Draws("salt", (0.2, 0.5, 0.3)).arm, UNITS))
    assert all(near(counts[arm] / len(UNITS), of) for arm, of in enumerate((0.2, 0.5, 0.3)))


def test_the_layer_says_nothing_of_the_arm_although_both_have_one_name():
    buckets, draws = Buckets("first"), Draws("first", (0.5, 0.5))
    low = [unit for unit in UNITS if buckets.of(unit) < PARTS // 2]
    assert near(len(low) / len(UNITS), 0.5)
    assert abs(sum(map(draws.arm, low)) / len(low) - 0.5) < 0.02


def test_another_salt_is_another_draw():
    one, other = Draws("one", (0.5, 0.5)), Draws("other", (0.5, 0.5))
    assert near(sum(one.arm(unit) == other.arm(unit) for unit in UNITS) / len(UNITS), 0.5)


@pytest.mark.parametrize("share", [1e-9, 0.25, 1 / 3, 1.0])
def test_ranges_of_a_layer_never_overlap(share):
    taken = []
    while (ranges := allotted(share, taken)) is not None and len(taken) < 50:
        assert sum(end - start for start, end in ranges) == max(1, round(share * PARTS))
        assert all(end <= a or b <= start for start, end in ranges for a, b in taken)
        taken += ranges
    assert taken
