"""Learning in two kernels holds to the models' own steps, and to plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import choices
from headwater_server.engine.snapshot import state
from headwater_server.models.ranker import network
from headwater_server.models.ranker.list_step import learn_list
from headwater_server.models.splitmix import uniform
from tests.unit.engine.random_shop import random_shop, requests


def count_one_by_one(engine, history, item, now_ms, *, begins):
    """Let every model learn the interaction by itself, through River's side of it."""
    models, others = engine.parts.models, history.items != item
    before, repeat = history.items[others], not others.all()
    models.next_item.learn(before, item)
    models.companions.learn(before, item, in_session=history.in_session[others])
    models.circumstances.learn(before, item, tokens=history.circumstances + history.claimed)
    models.words.learn(before, item)
    if repeat:
        models.cycles.learn(before, item, age_s=float(history.ages_s[~others][0]))
    models.by_event.learn(before, item)
    models.by_day.learn(before, item, at=now_ms / 1000.0)
    if begins:
        models.starts.learn(before, item, at=float(models.activity.events))
    models.activity.learn(before, item, repeat=repeat)


def test_one_kernel_counts_what_each_model_learns():
    engine, now_ms = random_shop(3)
    twin, rng = Engine.restore(engine.capture()), np.random.default_rng(3)
    for number, request in enumerate(3 * requests(3)):
        history = engine.parts.history(request, request.placement, now_ms)
        known = history.items.tolist()
        item = int(rng.choice(known)) if known and number % 2 else int(rng.integers(0, 40))
        args = history, item, now_ms + number * 1000
        engine.parts.learning._count(*args, begins=number % 3 == 0)
        count_one_by_one(twin, *args, begins=number % 3 == 0)
    found, expected = (
        state.digest(state.flatten(one.parts.models.state())) for one in (engine, twin)
    )
    assert found == expected


def test_the_negatives_are_drawn_by_fisher_and_yates():
    candidates = np.arange(100, 180, dtype=np.int32)
    drawn = choices.sample(candidates, 130, choices.NEGATIVES, 7, 5)
    pool = [item for item in candidates.tolist() if item != 130]
    for i in range(choices.NEGATIVES):
        j = i + int(uniform(7, 5 * choices.NEGATIVES + i) * (len(pool) - i))
        pool[i], pool[j] = pool[j], pool[i]
    assert drawn.tolist() == [130, *pool[: choices.NEGATIVES]]
    assert len(choices.sample(candidates, 99, choices.NEGATIVES, 7, 5)) == 0


@pytest.mark.parametrize("scaling", [-1, 0, 5000])
def test_a_step_on_a_list_is_that_of_plain_numpy(scaling):
    """The moments follow the last four rows, the biases their errors."""
    rng, f = np.random.default_rng(scaling + 1), np.float32
    rows, context = rng.normal(size=(9, 4)).astype(f) / 4, rng.normal(size=3).astype(f) / 4
    shapes = ((4,), (4, network.UNITS), (3, network.UNITS), (network.UNITS,), (network.UNITS,))
    parameters = tuple(rng.normal(size=shape).astype(f) / 4 for shape in shapes)
    squares = tuple(np.full(shape, 0.01, dtype=f) for shape in shapes)
    moments = tuple(start(n, f) for n in (4, 3) for start in (np.zeros, np.ones))
    biases, items = rng.normal(size=20).astype(f), rng.permutation(20)[:9].astype(np.int32)
    chosen = np.zeros(9, dtype=f)
    chosen[2] = 1
    before, mean = biases.copy(), moments[0].astype(float)
    outside, rates = f(-np.inf), (f(0.03), f(0.002), f(0.02))
    args = (rows, context, items, chosen, outside, scaling, biases, moments, (parameters, squares))
    loss, errors = learn_list(*args, rates)
    step = max(0.0005, 1 / (1 + scaling)) if scaling >= 0 else 0.0
    for row in rows[-4:]:
        mean += step * (row - mean)
    assert moments[0] == pytest.approx(mean, abs=1e-5)
    assert errors.sum() == pytest.approx(0.0, abs=1e-5)
    assert loss == pytest.approx(-np.log(errors[2] + 1), abs=1e-3)
    expected = before[items] - 0.02 * (errors + 0.002 * before[items])
    assert biases[items] == pytest.approx(expected, abs=1e-6)
