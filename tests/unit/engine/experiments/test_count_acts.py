"""The kernel counts what counting one act after the other in plain Python does, to the last bit."""

import random

import numpy as np
import pytest

from headwater_server.engine.experiments.counts.columns import (
    ACTS,
    COLUMNS,
    OWN,
    PAST,
    PAST_PURCHASES,
    PAST_REWARD,
    PURCHASES,
    RATE,
    REVENUE,
    REWARD,
)
from headwater_server.engine.experiments.counts.waiting import Act, Waiting
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.experiments import Experiment, ExperimentArm, Primary

ARMS = (
    ExperimentArm("a", weight=0.4),
    ExperimentArm("b", weight=0.3),
    ExperimentArm("c", weight=0.3),
)
VISITORS, ACCOUNTS = [f"v{n}" for n in range(30)], ["", "", "", *(f"u{n}" for n in range(6))]


def plainly(running, profiles, act, now_ms):
    """Count one act; the reference."""
    row = running.find(*profiles)
    if row < 0:
        return
    _count(running, row, act, now_ms)
    if profiles[1]:
        for _ in running.joining(*profiles):
            pass


def _count(running, row, act, now_ms):
    exposed, arm, window_s = running.exposed, running.exposed.arm(row), _window_s(running)
    if arm in running.closed or not running.is_open(now_ms):
        return
    if window_s and now_ms / 1000.0 - exposed.since_s(row) > window_s:
        return
    before = exposed.values(row)
    exposed.add(row, ACTS, act.acts)
    exposed.add(row, REWARD, act.reward)
    exposed.add(row, PURCHASES, act.purchases)
    exposed.add(row, REVENUE, _revenue(running, act))
    _change(running.sums.state()["rows"][arm], before, exposed.values(row), running.sums)
    running.counted += 1


def _window_s(running):
    return running.experiment.primary.window_minutes * 60.0


def _revenue(running, act):
    if not act.revenue:
        return 0.0
    running.currency_code = running.currency_code or act.currency_code
    if act.currency_code not in ("", running.currency_code):
        running.other_currency += 1
        return 0.0
    return act.revenue


def _change(row, before, after, sums):
    if before[ACTS] <= 0.0 < after[ACTS]:
        _add(row, RATE, 0.0, 1.0, after)
    for metric, column in enumerate(COLUMNS):
        old, new = before[column], after[column]
        if metric != RATE and old != new:
            cap = sums.cap(metric)
            _add(row, metric, min(cap, old), min(cap, new), after)


def _add(row, metric, old, new, values):
    at, more = OWN + 4 * metric, new - old
    row[at] += more
    row[at + 1] += new * new - old * old
    if values[PAST_REWARD] or values[PAST_PURCHASES]:
        row[at + 2] += more * values[PAST[metric]]
        row[at + 3] += more


def exposed(unit, window_minutes, visitors_max, seed):
    """Return an experiment in which two thirds of the profiles are exposed."""
    primary = Primary("acts", window_minutes=window_minutes)
    times = {"start_time_ms": 1_000, "end_time_ms": 90_000}
    given = {"unit": unit, "primary": primary, "visitors_max": visitors_max, **times}
    running, rnd = Running(Experiment("one", ARMS, **given), [None] * 3, ((0, 1_000_000),)), None
    rnd = random.Random(seed)
    for visitor in VISITORS[:20]:
        past = rnd.choice(((0.0, 0.0), (0.7, 1.0)))
        args = visitor, rnd.choice(ACCOUNTS), rnd.randrange(3), past, rnd.randrange(90_000)
        for _ in running.exposing(*args):
            pass
    if rnd.random() < 0.5:
        running.close(1, 5_000, "enough")
    return running


def some_acts(seed, count=200):
    rnd = random.Random(seed)
    for n in range(count):
        profiles = rnd.choice(VISITORS), rnd.choice(ACCOUNTS)
        revenue = rnd.choice((0.0, 5.0, 1e38, rnd.random()))
        code = rnd.choice(("", "EUR", "EUR", "USD"))
        act = Act(rnd.choice((0.0, 1.0)), rnd.choice((0.3, -0.6)), rnd.choice((0.0, 1.0)))
        yield profiles, act._replace(revenue=revenue, currency_code=code), 500 * n


@pytest.mark.parametrize("unit", ["visitor", "user"])
@pytest.mark.parametrize("window_minutes", [0.0, 0.4])
@pytest.mark.parametrize("visitors_max", [12, 1_000])
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("run", [1, 7, 200])
def test_the_kernel_counts_as_the_plain_way(unit, window_minutes, visitors_max, seed, run):
    one, other = (exposed(unit, window_minutes, visitors_max, seed) for _ in range(2))
    waiting, acts = Waiting(), list(some_acts(seed))
    for start in range(0, len(acts), run):
        for act in acts[start : start + run]:
            plainly(one, *act)
            waiting.add(*act)
        for _ in other.counting(waiting, waiting.columns()):
            pass
        waiting.clear()
    assert one.counted == other.counted > 0
    assert (one.other_currency, one.currency_code) == (other.other_currency, other.currency_code)
    assert one.sums.rows == other.sums.rows
    expected, found = one.exposed.state(), other.exposed.state()
    assert expected.pop("rows")["spare"] == found["rows"]["spare"]
    for name, values in expected.items():
        assert np.array_equal(values, found[name]), name
