"""Sums that are kept up with each act are those of all rows at once, also under caps."""

import random

import numpy as np
import pytest

from headwater_server.engine.experiments.counts.columns import (
    ACTS,
    PAST_PURCHASES,
    PAST_REWARD,
    REVENUE,
    REWARD,
)
from headwater_server.engine.experiments.counts.exposed import Exposed
from headwater_server.engine.experiments.counts.sums import CAPPED_FROM, Sums
from headwater_server.engine.messages.experiments import METRICS
from headwater_server.inference.experiments.arm import Arm
from headwater_server.inference.experiments.cuped import Moments

COLUMN = {"acts": ACTS, "reward": REWARD, "revenue": REVENUE}


def filled(visitors, acts, seed=1):
    """Return rows and sums after random acts of visitors with random histories."""
    rnd, exposed, sums = random.Random(seed), Exposed(), Sums(2)
    for n in range(visitors):
        for _ in exposed.reserving():
            pass
        row = exposed.enter(f"v{n}", "", arm=n % 2, since_s=n)
        if rnd.random() < 0.5:
            exposed.add(row, PAST_REWARD, rnd.random())
            exposed.add(row, PAST_PURCHASES, float(rnd.randrange(3)))
        values = exposed.values(row)
        sums.enter(n % 2, (values[PAST_REWARD], values[PAST_PURCHASES]))
    for _ in range(acts):
        act(exposed, sums, rnd.randrange(visitors), rnd)
    return exposed, sums, rnd


def act(exposed, sums, row, rnd):
    before = exposed.values(row)
    exposed.add(row, ACTS, 1.0)
    exposed.add(row, REWARD, rnd.choice((0.3, 1.0, -0.5)))
    exposed.add(row, REVENUE, rnd.paretovariate(1.2))
    sums.change(exposed.arm(row), before, exposed.values(row))


def test_moments_are_those_of_the_rows():
    exposed, sums, _ = filled(600, 2_000)
    arms, values = next(exposed.parts(10_000))
    for name, column in COLUMN.items():
        own = values[arms == 1]
        past = own[:, PAST_PURCHASES if name == "revenue" else PAST_REWARD]
        has = (own[:, [PAST_REWARD, PAST_PURCHASES]] != 0).any(axis=1)
        expected = Moments.of(own[:, column], past, has)
        found = sums.moments(1, METRICS.index(name))
        assert found.visitors == expected.visitors == 300
        np.testing.assert_allclose(found.sums, expected.sums, rtol=1e-6)
        np.testing.assert_allclose(found.products, expected.products, rtol=1e-6)
    assert sums.arm(0, METRICS.index("act_rate")).mean == np.mean(values[arms == 0, ACTS] > 0)


def test_the_largest_thousandth_is_capped_and_later_acts_count_up_to_the_cap():
    exposed, sums, rnd = filled(3 * CAPPED_FROM, 9 * CAPPED_FROM)
    for _ in sums.capping(exposed):
        pass
    _, values = next(exposed.parts(20_000))
    cap = sums.cap(METRICS.index("revenue"))
    assert cap == np.sort(values[:, REVENUE])[-3]
    row = int(values[:, REVENUE].argmax())
    before = sums.rows[row % 2][-4:]  # of revenue, the last metric
    act(exposed, sums, row, rnd)
    assert sums.rows[row % 2][-4:] == before
    capped = np.minimum(values[::2, REVENUE], cap)
    expected = Arm.of(capped)
    found = sums.arm(0, METRICS.index("revenue"))
    assert (found.mean, found.variance) == pytest.approx((expected.mean, expected.variance))


def test_a_visitor_who_leaves_stays_in_the_sums():
    exposed, sums, _ = filled(2 * CAPPED_FROM, 4 * CAPPED_FROM)
    for _ in sums.capping(exposed):
        pass
    before = sums.rows
    sums.leave(exposed.arm(7), exposed.values(7))
    exposed.forgetting(7)
    assert exposed.rows.find("v7") == -1
    assert sums.rows == before
    rows = sums.state()["left"].copy()
    for arms, values in exposed.parts(1_000):
        rows[:, 0] += np.bincount(arms, minlength=2)
        assert len(values) == len(arms)
    assert rows[:, 0].tolist() == [CAPPED_FROM, CAPPED_FROM]


def test_rows_survive_growth_and_a_snapshot():
    exposed, _, _ = filled(3_000, 100)
    exposed.join("v5", "uann")
    exposed.forgetting(9)
    again = Exposed()
    again.load({k: v.copy() if hasattr(v, "copy") else v for k, v in exposed.state().items()})
    for key in ("v5", "v2999", "v9"):
        assert again.find(key, "") == exposed.find(key, "")
    assert again.find("vphone", "uann") == exposed.find("v5", "") == 5
    assert again.count == exposed.count == 2_999
    assert again.values(5) == exposed.values(5)
