"""The sequence models of `make quality`: they learn what follows what, and look at nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.benchmarks.test_heavy_peers import WHY
from tests.unit.benchmarks.test_peers import ITEMS, taught, walk

EVENTS = 600
NAMES = ["SASRec", "GRU4Rec"]


@pytest.fixture
def models(monkeypatch):
    """Give both models, for a world that is learned in seconds."""
    pytest.importorskip("jax", reason=WHY)
    from benchmarks.quality.peers.neural import gru4rec, sasrec, sequence_peer, windows

    small = {"FIRST_EVENTS": (EVENTS,), "STEPS_MIN": 150, "ROOM": 16, "NEGATIVES": 8, "RATE": 0.01}
    for name, value in small.items():
        monkeypatch.setattr(sequence_peer, name, value)
    for module in (sequence_peer, windows):
        monkeypatch.setattr(module, "BATCH", 16)
    return {"SASRec": sasrec.SASRec, "GRU4Rec": gru4rec.GRU4Rec}


@pytest.fixture(params=NAMES)
def model(request, models):
    return models[request.param]


def steps_from(peer, item):
    """Return how far the three best items are from the one that a stranger has just chosen."""
    peer.learn("stranger", item, 1.0, None, 1e6)
    found = [name for name, _ in peer.recommend("stranger", 1e6, {item}, 3)]
    return sorted((ITEMS.index(name) - ITEMS.index(item)) % len(ITEMS) for name in found)


def test_it_predicts_what_follows_for_a_visitor_of_no_training(model):
    peer = taught(model(), walk(EVENTS))
    assert steps_from(peer, "i3") == [1, 2, 5]
    assert peer.training_cpu_s > 0


def test_before_its_first_training_it_is_the_popular_items(model):
    peer = taught(model(), [("a", "i1", 0.0), ("b", "i1", 0.0), ("b", "i2", 0.0)])
    assert [item for item, _ in peer.recommend("c", 0.0, set(), 2)] == ["i1", "i2"]


def test_an_item_that_came_after_the_training_is_not_predicted_by_it(model):
    peer = taught(model(), walk(EVENTS))
    for visitor in range(5):
        taught(peer, [(f"x{visitor}", "i0", 0.0), (f"x{visitor}", "late", 0.0)])
    peer.learn("y", "i0", 1.0, None, 0.0)
    assert "late" not in [item for item, _ in peer.recommend("y", 0.0, {"i0"}, 3)]


def encoded(peer, items):
    """Return the hidden states of one sequence."""
    parameters, row = peer._parameters, np.array([items])
    return np.asarray(peer.encode(parameters, row, parameters["items"][row], None))[0]


def test_a_hidden_state_depends_on_no_later_item_and_on_no_padding(model):
    peer = taught(model(), walk(EVENTS))
    one, other = encoded(peer, [3, 4, 5]), encoded(peer, [3, 4, 9])
    assert np.allclose(one[:2], other[:2], atol=1e-5)
    assert not np.allclose(one[2], other[2], atol=1e-5)
    assert np.allclose(encoded(peer, [0, 0, 3, 4])[-1], encoded(peer, [3, 4])[-1], atol=1e-5)
