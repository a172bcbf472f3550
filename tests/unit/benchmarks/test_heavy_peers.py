"""The peers that need the extra `quality`, which only `make quality` installs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.benchmarks.test_peers import taught, walk

WHY = "needs the extra `quality`: run `make quality` once, or pip install -e '.[quality]'"


def implicit_models():
    pytest.importorskip("implicit", reason=WHY)
    from benchmarks.quality.peers import implicit_models

    return implicit_models


def vowpal():
    pytest.importorskip("vowpalwabbit", reason=WHY)
    from benchmarks.quality.peers.vowpal import VowpalWabbit

    return VowpalWabbit


def shuttling(pairs, visitors):
    """Return visitors who each look at the two items of their pair in turn."""
    for n in range(visitors * 6):
        visitor, turn = n % visitors, n // visitors
        yield f"v{visitor}", f"{'ab'[turn % 2]}{visitor % pairs}", float(n)


@pytest.mark.parametrize(
    ("name", "settings"), [("Als", {"factors": 8}), ("Bpr", {"factors": 8}), ("Cosine", {})]
)
def test_a_retrained_model_folds_in_a_visitor_of_no_training(name, settings, monkeypatch):
    module = implicit_models()
    events = list(shuttling(pairs=8, visitors=80))
    monkeypatch.setattr("benchmarks.quality.peers.retrained.FIRST_EVENTS", len(events))
    peer = taught(getattr(module, name)(**settings), events)
    peer.learn("new", "a3", 1.0, None, 1e6)
    assert peer.recommend("new", 1e6, {"a3"}, 1)[0][0] == "b3"


def test_a_retrained_model_learns_no_new_item_before_the_next_training(monkeypatch):
    module = implicit_models()
    monkeypatch.setattr("benchmarks.quality.peers.retrained.FIRST_EVENTS", 200)
    monkeypatch.setattr("benchmarks.quality.peers.retrained.EVERY_EVENTS", 400)
    peer = taught(module.Cosine(), walk(300))
    taught(peer, [("x", "i0", 0.0), ("x", "late", 0.0), ("y", "i0", 0.0)])
    assert "late" not in [item for item, _ in peer.recommend("y", 0.0, set(), 5)][:5]
    taught(peer, walk(100, seed=4))
    assert peer._trained_items == 13


def test_als_folds_in_with_the_number_that_the_library_recommends():
    module = implicit_models()
    peer = taught(module.Als(factors=8), walk(1_000))
    visitor = peer._visitors.find("v1")
    row = peer._counts[visitor]
    ids, scores = peer._model.recommend(
        visitor, peer._row(row), N=5, recalculate_user=True, filter_already_liked_items=False
    )
    ours = peer.recommend("v1", 0.0, set(), 5)
    assert [item for item, _ in ours] == [peer._items.ids[i] for i in ids]
    assert [score for _, score in ours] == pytest.approx(scores.tolist(), rel=1e-4)


def test_cosine_scores_as_the_library_does():
    module = implicit_models()
    peer = taught(module.Cosine(), walk(1_000))
    visitor = peer._visitors.find("v1")
    row = peer._row(peer._counts[visitor])
    ids, scores = peer._model.recommend(visitor, row, N=5, filter_already_liked_items=False)
    ours = peer.recommend("v1", 0.0, set(), 5)
    assert [score for _, score in ours] == pytest.approx(scores.tolist())
    assert {item for item, _ in ours} == {peer._items.ids[i] for i in ids}


def test_vowpal_wabbit_learns_what_follows_what():
    make = vowpal()
    peer = make(rate=0.5)
    taught(peer, shuttling(pairs=8, visitors=80))
    peer.learn("new", "a3", 1.0, None, 1e6)
    assert peer.recommend("new", 1e6, {"a3"}, 1)[0][0] == "b3"


def test_asking_vowpal_wabbit_changes_no_later_answer():
    make = vowpal()
    quiet, asked = make(), make()
    for event in walk(200):
        taught(quiet, [event])
        asked.recommend(event[0], 0.0, {"i1"}, 20)
        taught(asked, [event])
    assert quiet.recommend("v1", 0.0, set(), 20) == asked.recommend("v1", 0.0, set(), 20)


def test_ease_is_the_formula_of_the_paper():
    pytest.importorskip("scipy", reason=WHY)
    from benchmarks.quality.peers.ease import Ease

    peer = taught(Ease(regularization=2.0), walk(1_000))
    chosen = (peer._matrix() > 0).astype(float).toarray()
    inverse = np.linalg.inv(chosen.T @ chosen + 2.0 * np.eye(chosen.shape[1]))
    weights = np.eye(len(inverse)) - inverse @ np.diag(1.0 / np.diag(inverse))
    visitor = peer._visitors.find("v1")
    wanted = chosen[visitor] @ weights
    assert peer._scores(visitor, peer._counts[visitor]) == pytest.approx(wanted, abs=1e-5)


def test_the_newest_items_weigh_more_where_they_should():
    module = implicit_models()
    pairs = [("a0", "b0"), ("a1", "b1")]
    events = [(f"v{n}", pairs[n % 2][turn], 0.0) for turn in (0, 1) for n in range(500)]
    newest_first = taught(module.Cosine(kept=0.1), events)
    for item in ("a1", "a0"):
        newest_first.learn("x", item, 1.0, None, 0.0)
    assert newest_first.recommend("x", 0.0, {"a0", "a1"}, 1)[0][0] == "b0"
    assert newest_first.strengthened
