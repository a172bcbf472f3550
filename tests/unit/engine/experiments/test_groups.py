"""The groups of a hold-out's visitors: all are used, also where visitors have accounts."""

import numpy as np
import pytest

from headwater_server.engine.experiments.counts.days import DAY_ACTS, ENTERED
from headwater_server.engine.experiments.counts.groups import GROUPS, group_of
from headwater_server.engine.experiments.counts.waiting import Act, Waiting
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.experiments import Experiment, ExperimentArm

ARMS = ExperimentArm("popular", "popular"), ExperimentArm("ours")
VISITORS = 600


@pytest.mark.parametrize("has_account", [False, True])
def test_visitors_fill_the_groups_of_their_arm(has_account):
    running = Running(Experiment("hold-out", ARMS), [None, None], ((0, 1_000),))
    waiting = Waiting()
    for n in range(VISITORS):
        profiles = f"v{n}", f"u{n}" if has_account else ""
        for _ in running.exposing(*profiles, n % 2, (0.0, 0.0), 1_000, day=5):
            pass
        if n < 500:
            waiting.add(profiles, Act(1.0, 0.3), now_ms=2_000)
    for _ in running.counting(waiting, waiting.columns(), 5):
        pass
    table = running.days.between(5, 5)
    for arm in (0, 1):
        assert np.count_nonzero(table[arm, :, ENTERED]) > 0.9 * GROUPS
        assert np.count_nonzero(table[arm, :, DAY_ACTS]) > 0.9 * GROUPS
        assert table[arm, :, ENTERED].sum() == VISITORS / 2
        assert table[arm, :, ENTERED].max() < 4 * VISITORS / 2 / GROUPS
    assert np.all(table[:, :, DAY_ACTS] <= table[:, :, ENTERED])  # an act has its visitor's group


@pytest.mark.parametrize("step", [1, 2, 3, 4, 64, 100])
def test_groups_are_equally_large_whatever_rows_visitors_have(step):
    rows = range(0, 10_000 * step, step)
    groups = [group_of(row) for row in rows]
    counts = np.bincount(groups, minlength=GROUPS)
    assert len(counts) == GROUPS
    assert counts.min() > 0.8 * counts.mean()
    assert counts.max() < 1.2 * counts.mean()
