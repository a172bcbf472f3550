"""The kernel of a question holds to its stages one by one, and to plain numpy."""

from __future__ import annotations

import numpy as np
import pytest

from headwater_server.engine.ablation import REMOVABLE
from headwater_server.engine.features.features import ITEM_FEATURES, LOGARITHMS
from headwater_server.engine.ranking import describing
from headwater_server.engine.retrieval import candidate_selection, gathering
from headwater_server.engine.settings import EngineSettings
from headwater_server.models import evidence as ev
from tests.unit.engine.random_shop import found, random_shop, requests

NONE = np.zeros(0, dtype=np.int32)


def staged(tables, statistics, visitor, excluded, shown_at):
    """Return what retrieval and description do, each source called on its own."""
    gathering.find.py_func(tables, visitor)
    gathering.propose.py_func(tables, visitor)
    for items in (excluded, visitor.refused, visitor.items[:1]):
        ev.leave_out(tables.evidence, items)
    found = candidate_selection.select_candidates.py_func(tables.evidence, shown_at)
    features = describing.describe_items.py_func(tables, statistics, visitor.items, found)
    return found, features.T, describing.describe_visitor.py_func(statistics, visitor.items)


def questions(seed, settings=None):
    """Yield for each request of a shop (its ranking, history, excluded items, time, passing)."""
    engine, now_ms = random_shop(seed, settings)
    rng, rows = np.random.default_rng(seed), engine.parts.catalogue.rows
    for request in requests(seed):
        history = engine.parts.history(request, request.placement, now_ms)
        excluded = rng.integers(0, 50, size=rng.integers(0, 4)).astype(np.int32)
        passing = rng.random(rows) < 0.5 if rng.random() < 0.5 else None
        yield engine.parts.ranking, history, excluded, now_ms, passing


@pytest.mark.parametrize(
    "settings",
    [EngineSettings(seed=seed) for seed in range(3)]
    + [EngineSettings(without=tuple(REMOVABLE[seed::3])) for seed in range(3)],
)
def test_one_kernel_finds_and_describes_what_its_stages_do(settings):
    for ranking, history, *args in questions(settings.seed, settings):
        one = found(ranking, history, *args)
        retriever, (excluded, *shown) = ranking.retriever, args
        arrays = retriever.begin(), ranking.statistics(history), retriever.visitor(history)
        twin = staged(*arrays, excluded, retriever.catalogue.shown_at(*shown))
        for mine, other in zip(one, twin, strict=True):
            assert mine.dtype == other.dtype
            assert np.array_equal(mine, other)


def most(keys, count):
    """Return bool[n]: which keys above 0 the ``count`` largest reach."""
    above = np.sort(keys[keys > 0])[::-1]
    return (keys > 0) & (keys >= (above[count - 1] if len(above) > count else 0.0))


def test_the_candidates_are_those_that_plain_numpy_selects():
    for ranking, history, excluded, now_ms, passing in questions(7):
        items = found(ranking, history, excluded, now_ms, passing).items
        retriever, catalogue = ranking.retriever, ranking.retriever.catalogue
        gathering.gather(retriever.begin(), retriever.visitor(history))
        values, marks, sources, proposed, _, meta = retriever.evidence.scratch
        gone = np.concatenate((excluded, history.refused, history.items[:1]))
        numbers = catalogue.numbers()
        shown = np.zeros(max(len(marks), catalogue.rows), dtype=np.bool_)
        shown[numbers] = catalogue.shown(numbers, now_ms)
        if passing is not None:
            shown[: len(passing)] &= passing
        reached = proposed[: meta[1]]
        rows = np.flatnonzero(shown[reached] & ~np.isin(reached, gone))
        e, visited = values[rows], (sources[rows] & (ev.FROM_NEXT | ev.FROM_TOGETHER)) > 0
        near = 2 * (e[:, ev.NEXT_NEAR] + e[:, ev.NEXT]) + e[:, ev.TOGETHER] + e[:, ev.SESSION]
        taken = (sources[rows] & (ev.FROM_OWN | ev.FROM_POPULAR | ev.FROM_NEW)) > 0
        # of what co-visitation proposes, also what has no strength is taken while there is room
        strong = np.sort(near[visited])[::-1][: candidate_selection.CANDIDATES_MAX]
        least = strong[-1] if len(strong) == candidate_selection.CANDIDATES_MAX else 0.0
        taken |= visited & (near >= least)
        taken |= most(e[:, ev.CONTENT_NEAR], candidate_selection.CONTENT_MAX)
        taken |= most(e[:, ev.CIRCUMSTANCES_OFTEN], candidate_selection.CIRCUMSTANCES_MAX)
        taken |= most(np.where(visited, 0, e[:, ev.WALK]), candidate_selection.WALK_MAX)
        taken |= most(e[:, ev.WORDS], candidate_selection.WORDS_MAX)
        assert items.tolist() == reached[rows[taken]].tolist()


def test_the_features_are_those_of_plain_numpy():
    """The popularity and activity columns, whose definitions are short."""
    names = {name: place for place, name in enumerate(ITEM_FEATURES)}
    for ranking, history, *args in questions(11):
        items, rows, _ = found(ranking, history, *args)
        models, events = ranking.models, ranking.models.activity.events
        counts, e = models.activity.counts[items], ranking.retriever.evidence.values_of(items)
        popular = (models.by_event.stored * models.by_event.fading())[items]
        shrunk = (counts[:, 1] + 5 * models.activity.repeat_rate + 0.001) / (counts[:, 0] + 5)
        twin = {
            "popular_40": 0.01 + popular[:, 0],
            "popular_10000": 0.1 + popular[:, 3],
            "last_age": 1 + events - counts[:, 3],
            "first_age": 1 + events - counts[:, 2],
            "repeat_rate": shrunk,
            "next": 0.001 + e[:, ev.NEXT],
            "together_rarity": 0.0001 + e[:, ev.TOGETHER] / np.sqrt(counts[:, 0] + 3),
        }
        assert set(twin) <= set(LOGARITHMS)
        for name, values in twin.items():
            assert rows[:, names[name]] == pytest.approx(np.log(values), abs=2e-6)
        assert rows[:, names["lift"]].tolist() == e[:, ev.LIFT].tolist()


def test_what_is_given_is_described_like_what_is_found():
    """The evidence does not depend on what proposes an item."""
    for ranking, history, excluded, now_ms, _ in questions(13):
        one = found(ranking, history, excluded, now_ms)
        given = ranking.given(history, one.items)
        again = ranking.describe(history, one.items)
        assert np.array_equal(one.rows, given.rows)
        assert np.array_equal(one.rows, again.rows)
        assert np.array_equal(one.context, given.context)
        assert np.array_equal(ranking.score(one), ranking.score(given))
