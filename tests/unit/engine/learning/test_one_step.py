"""Learning in one kernel holds to the models' own steps, and to plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.engine import Engine
from headwater_server.engine.learning import choices
from headwater_server.engine.snapshot import state
from headwater_server.engine.visitors.visitors import Visitors
from headwater_server.models.covisitation.cycles import count_return
from headwater_server.models.fading import weight_after
from headwater_server.models.popularity.popularity import count_popularity, fading_at
from headwater_server.models.ranker import network
from headwater_server.models.ranker.list_step import learn_list
from headwater_server.models.splitmix import uniform
from tests.unit.engine.random_shop import random_shop, requests

WHOLE_AGAIN_MS = 15 * 86_400_000
"""After so long an act on the same item counts as if it was the first, to the last bit."""


def count_one_by_one(engine, history, item, now_ms, *, begins):
    """Let every model learn the interaction by itself, through River's side of it."""
    models, others = engine.parts.models, history.items != item
    before, repeat = history.items[others], not others.all()
    models.next_item.learn(before, item)
    models.companions.learn(before, item, in_session=history.in_session[others])
    models.circumstances.learn(before, item, tokens=history.circumstances + history.claimed)
    models.words.learn(before, item)
    models.sales.act(item)
    if repeat:
        models.cycles.learn(before, item, age_s=float(history.ages_s[~others][0]))
    models.by_event.learn(before, item)
    models.by_day.learn(before, item, at=now_ms / 1000.0)
    models.strangers.learn(before, item)
    if begins:
        models.starts.learn(before, item, at=float(models.activity.events))
    models.activity.learn(before, item, repeat=repeat)


def learn(engine, rows, request, item, now_ms):
    """Let the kernel learn an act of a visitor, under the circumstances of a request."""
    parts, circumstances = engine.parts, engine.parts.models.circumstances
    tokens, _ = parts.circumstances(request, request.placement, "")
    act = *rows, rows[0], 0, now_ms, now_ms / 1000.0, item, True, parts.learned, now_ms
    parts.learning.add(act, circumstances.rows(tokens), circumstances.make_room(tokens))
    for _ in parts.learning.learning():
        pass


def digest_of_counts(engine):
    """Return a digest of visitors and models, the ranker left out: it learns beside the counts."""
    models = {**engine.parts.models.state(), "ranker": None}
    return state.digest(state.flatten({"models": models, "visitors": engine.parts.visitors.state}))


def test_the_kernel_counts_what_each_model_learns():
    engine, now_ms = random_shop(3)
    twin, rng = Engine.restore(engine.capture()), np.random.default_rng(3)
    asking = [one for one in requests(3) if one.visitor_id != "stranger"]
    for number, request in enumerate(3 * asking):
        at_ms = now_ms + WHOLE_AGAIN_MS + number * number * 60_000
        history = twin.parts.history(request, request.placement, at_ms)
        is_old = history.ages_s * 1000.0 >= WHOLE_AGAIN_MS
        known, rows = history.items[is_old], twin.parts.visitors.rows_of(request.visitor_id, "")
        item = int(rng.choice(known)) if len(known) and number % 2 else int(rng.integers(0, 40))
        if item in history.items[~is_old] or item == history.latest:
            continue  # a part of an act, which no model's own step knows
        learn(engine, rows, request, item, at_ms)
        begins = twin.parts.visitors.enter(rows[0], at_ms / 1000.0, "")
        count_one_by_one(twin, history, item, at_ms, begins=begins)
        twin.parts.visitors.histories.add(rows[0], item, at_ms / 1000.0)
    assert digest_of_counts(engine) == digest_of_counts(twin)


@pytest.mark.parametrize("seed", range(3))
def test_a_session_is_entered_as_by_its_plain_twin(seed):
    """A late act changes nothing; an early one begins a session unless another is near before."""
    rng, gap_s = np.random.default_rng(seed), 30.0
    visitors, latest = Visitors(10, gap_s), {}
    row, times = visitors.open("ann", ""), []
    for _ in range(200):
        seconds, name = float(rng.integers(1, 3_000)), str(rng.choice(["", "a", "b"]))
        begins = visitors.enter(row, seconds, name)
        if latest and seconds < latest["at"]:
            near = [time for time in times if seconds - gap_s <= time <= seconds]
            assert begins is (not near)
        else:
            differs = bool(latest) and "" not in {name, latest["name"]} and name != latest["name"]
            assert begins is (not latest or differs or seconds - latest["at"] > gap_s)
            latest = {"at": seconds, "name": name}
        visitors.histories.add(row, len(times), seconds)
        times = sorted([*times, seconds])[-200:]


def test_a_weight_is_the_power_that_python_gives():
    for count in range(0, 900_000, 7_919):
        pace = 2.0, -0.3 * count, 20_000.0
        assert weight_after(count, pace) == 2.0 ** ((count + 0.3 * count) / 20_000.0)


def test_a_popularity_is_counted_and_fades_as_in_plain_numpy():
    """A half-life of which 512 have passed begins again: its values are current ones then."""
    lengths = np.array([1.0, 40.0, 1e4])
    counted = np.zeros((3, 3)), np.zeros(3), lengths
    sums, before = np.zeros((3, 3)), 0.0
    for at in (3.0, 500.0, 511.0, 700.0, 1300.0, 30_000.0):
        sums *= np.exp2(-(at - before) / lengths)
        weight = 1.0 if at < 600 else 0.25
        count_popularity(counted, int(at) % 3, at, weight)
        sums[int(at) % 3] += weight
        before = at
        assert counted[0] * fading_at(counted, at) == pytest.approx(sums, rel=1e-9, abs=1e-100)
    assert counted[1].tolist() == [30_000.0, 30_000.0, 0.0]


def test_a_return_moves_mean_and_variance_as_in_plain_numpy():
    rng = np.random.default_rng(1)
    ages_s = rng.exponential(1e5, 30)
    moments, shop = np.zeros((2, 3)), np.array([0.0, 10.0, 9.0])
    for age_s in ages_s.tolist():
        count_return((moments, shop), 1, age_s, 1.0)
    logs = np.log1p(ages_s)
    assert moments[1] == pytest.approx([30, logs.mean(), 30 * logs.var()])
    assert moments[0].tolist() == [0.0, 0.0, 0.0]


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
    features = np.ascontiguousarray(rows.T)
    args = features, context, items, chosen, outside, scaling, biases, moments
    loss, errors = learn_list(*args, (parameters, squares), rates, f(1.0))
    step = max(0.0005, 1 / (1 + scaling)) if scaling >= 0 else 0.0
    for row in rows[-4:]:
        mean += step * (row - mean)
    assert moments[0] == pytest.approx(mean, abs=1e-5)
    assert errors.sum() == pytest.approx(0.0, abs=1e-5)
    assert loss == pytest.approx(-np.log(errors[2] + 1), abs=1e-3)
    expected = before[items] - 0.02 * (errors + 0.002 * before[items])
    assert biases[items] == pytest.approx(expected, abs=1e-6)
