"""The peers say what their papers and libraries say."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest

from benchmarks.quality.peers.biased_mf import RiverBiasedMF
from benchmarks.quality.peers.vmis_knn import SESSION_GAP_S, VmisKnn
from headwater_server.engine.messages.entries import Entry, Item, ItemWrite, SettingsChange
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.baselines.popularity import DOUBLINGS_MAX, Popularity
from headwater_server.evaluation.baselines.recommender import AsEngine

ITEMS = [f"i{n}" for n in range(12)]


def walk(events=400, visitors=15, seed=3):
    """Return (visitor, item, time) of visitors who wander among neighbouring items."""
    rng = random.Random(seed)
    at = {}
    for n in range(events):
        visitor = f"v{rng.randrange(visitors)}"
        at[visitor] = (at.get(visitor, rng.randrange(12)) + rng.choice([1, 2, 5])) % 12
        yield visitor, ITEMS[at[visitor]], 90.0 * n


def taught(peer, events):
    for visitor, item, time_s in events:
        peer.learn(visitor, item, 1.0, None, time_s)
    return peer


def sessions_of(events):
    """Cut the stream into (visitor, distinct items, number of the latest event), oldest first."""
    sessions, current, ended_s = [], {}, {}
    for number, (visitor, item, time_s) in enumerate(events):
        if visitor not in current or time_s - ended_s[visitor] > SESSION_GAP_S:
            current[visitor] = len(sessions)
            sessions.append([visitor, {}, 0])
        ended_s[visitor] = time_s
        session = sessions[current[visitor]]
        session[1].setdefault(item, number)
        session[2] = number
    return sessions, current


def vmis_by_hand(events, visitor, m, k, items_asked, *, asks_itself):
    """The paper's formula, summed as it stands."""
    sessions, current = sessions_of(events)
    newest_first = list(dict.fromkeys(i for v, i, _ in reversed(events) if v == visitor))
    asked = {item: place for place, item in enumerate(newest_first[:items_asked], 1)}
    size = len(asked)
    index = set()
    for item in asked:
        holding = [n for n, s in enumerate(sessions) if item in s[1]]
        index |= set(sorted(holding, key=lambda n: sessions[n][1][item])[-m:])
    if not asks_itself:
        index.discard(current[visitor])
    recent = sorted(index, key=lambda n: -sessions[n][2])[:m]

    # An item counts for a session only while the session is among the item's m most recent.
    def shared(n):
        found = []
        for item in asked:
            holding = [o for o, s in enumerate(sessions) if item in s[1]]
            if n in sorted(holding, key=lambda o: sessions[o][1][item])[-m:]:
                found.append(item)
        return found

    similarity = {n: sum((size + 1 - asked[i]) / size for i in shared(n)) for n in recent}
    neighbours = sorted(recent, key=lambda n: (-similarity[n], -sessions[n][2]))[:k]
    scores = {}
    for n in neighbours:
        match = 1 - 0.1 * min(asked[i] for i in shared(n))
        for item in sessions[n][1]:
            holding = sum(item in s[1] for s in sessions)
            vote = match * similarity[n] * math.log(len(sessions) / holding)
            scores[item] = scores.get(item, 0.0) + vote
    return scores


@pytest.mark.parametrize("asks_itself", [False, True])
@pytest.mark.parametrize(("m", "k", "items_asked"), [(500, 100, 9), (6, 4, 4), (3, 2, 9)])
def test_vmis_knn_is_the_formula_of_the_paper(m, k, items_asked, asks_itself):
    events = list(walk())
    peer = taught(VmisKnn(m, k, items_asked, asks_itself=asks_itself), events)
    for visitor in ("v0", "v7"):
        expected = vmis_by_hand(events, visitor, m, k, items_asked, asks_itself=asks_itself)
        found = dict(peer.recommend(visitor, 0.0, set(), len(expected)))
        assert found == pytest.approx(expected)


def test_vmis_knn_knows_of_the_last_event_at_once():
    peer = taught(VmisKnn(), [*walk(), ("new", "i0", 1e6), ("new", "never seen", 1e6)])
    peer.learn("other", "never seen", 1.0, None, 1e6)
    assert peer.recommend("other", 1e6, {"never seen"}, 1)[0][0] == "i0"


@pytest.mark.parametrize("make", [VmisKnn, RiverBiasedMF, lambda: Popularity(50)])
def test_asking_changes_no_later_answer(make):
    quiet, asked = make(), make()
    for event in walk():
        taught(quiet, [event])
        asked.recommend("stranger", 0.0, set(), 20)
        asked.recommend(event[0], 0.0, {"i1"}, 20)
        taught(asked, [event])
    assert quiet.recommend("v1", 0.0, set(), 20) == asked.recommend("v1", 0.0, set(), 20)


def test_what_is_left_out_is_in_no_list_and_the_list_is_full_all_the_same():
    for peer in (VmisKnn(), RiverBiasedMF(), Popularity(50)):
        taught(peer, walk())
        ranked = peer.recommend("v1", 0.0, {"i0", "i5"}, 10)
        assert len({item for item, _ in ranked} - {"i0", "i5"}) == 10, peer.name
        scores = [score for _, score in ranked]
        assert scores == sorted(scores, reverse=True)


def test_river_biased_mf_read_at_once_is_its_predict_one():
    peer = taught(RiverBiasedMF(n_factors=5), walk())
    for visitor in ("v0", "v3"):
        expected = [peer.model.predict_one(visitor, item) for item in peer._items.ids]
        np.testing.assert_allclose(peer.scores(visitor), expected, rtol=1e-12)


def test_a_stranger_gets_the_item_biases_and_leaves_no_trace_in_the_model():
    peer = taught(RiverBiasedMF(), walk())
    expected = [peer.model.global_mean.get() + peer.model.i_biases[i] for i in peer._items.ids]
    np.testing.assert_allclose(peer.scores("stranger"), expected)
    assert "stranger" not in peer.model.u_latents


def test_popularity_halves_after_its_half_life():
    peer = Popularity(10)
    taught(peer, [("v", "old", 0.0)] + [("v", "new", 0.0)] * 10)
    scores = dict(peer.recommend("v", 0.0, set(), 2))
    assert scores["old"] == pytest.approx(0.5)
    assert scores["new"] == pytest.approx(sum(2 ** (-n / 10) for n in range(10)))


def test_popularity_is_the_same_where_its_weights_are_brought_down():
    peer = Popularity(1)
    taught(peer, [("v", "abc"[n % 3], 0.0) for n in range(3 * int(DOUBLINGS_MAX))])
    assert peer.recommend("v", 0.0, set(), 3) == [
        ("c", pytest.approx(8 / 7)),
        ("b", pytest.approx(4 / 7)),
        ("a", pytest.approx(2 / 7)),
    ]


def test_a_return_makes_nothing_popular():
    peer = Popularity(10)
    peer.learn("v", "a", -0.6, None, 0.0)
    peer.learn("v", "b", 1.0, None, 0.0)
    assert peer.recommend("v", 0.0, set(), 1)[0][0] == "b"


def test_a_peer_is_folded_like_an_engine():
    engine = AsEngine(Popularity(10))
    seen = Event("e1", "purchase-complete", "v", items=(EventItem("a"), EventItem("b")))
    shown = Event("e2", "impression", "v", items=(EventItem("c"),))
    write = ItemWrite(Item("never seen"))
    assert len(engine.apply(Entry(0, (SettingsChange(EngineSettings()), write, seen, shown)))) == 4
    request = RecommendRequest("w", "r", exclude_item_ids=("b",))
    assert [result.item_id for result in engine.recommend(request, 0).results] == ["a"]
