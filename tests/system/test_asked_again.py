"""Two workers, batches beside visitors, a kill half-way: each list comes back from the log."""

from __future__ import annotations

import pytest

from benchmarks.evaluation import replaying


@pytest.mark.slow
@pytest.mark.thorough
def test_two_thousand_lists_of_every_kind_come_back_byte_for_byte() -> None:
    replaying.check(lists=2_000, seed=1)  # ends with an exit code if a gate is missed
