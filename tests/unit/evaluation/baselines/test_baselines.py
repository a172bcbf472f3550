"""The recommenders that Headwater is compared with."""

from __future__ import annotations

import pytest

from headwater_server.evaluation.baselines.chance import Chance
from headwater_server.evaluation.baselines.covisitation import LATEST, PAIRS_MAX, CoVisitation
from headwater_server.evaluation.baselines.popularity import Popularity

ALL = (Chance, CoVisitation, Popularity)


def taught(recommender, *walks):
    for visitor, items in walks:
        for item in items.split():
            recommender.learn(visitor, item, 1.0, None, 0.0)
    return recommender


def items_of(recommender, visitor="v", left_out=(), n=20):
    return [item for item, _ in recommender.recommend(visitor, 0.0, set(left_out), n)]


@pytest.mark.parametrize("kind", ALL)
def test_nothing_is_known_before_the_first_event(kind):
    assert items_of(kind()) == []


@pytest.mark.parametrize("kind", ALL)
def test_a_list_has_no_item_twice_and_none_that_is_left_out(kind):
    one = taught(kind(), ("v", "a b c a d e"), ("w", "a b c d e f"))
    found = items_of(one, left_out="ab")
    assert sorted(found) == ["c", "d", "e", "f"]
    assert len(items_of(one, n=3)) == 3


@pytest.mark.parametrize("kind", ALL)
def test_the_same_events_give_the_same_lists(kind):
    lists = [items_of(taught(kind(), ("v", "a b c d"), ("w", "b a"))) for _ in range(2)]
    assert lists[0] == lists[1]


def test_chance_favours_no_item():
    one = taught(Chance(), ("v", "a b c d"))
    firsts = [items_of(one, n=1)[0] for _ in range(400)]
    assert all(70 <= firsts.count(item) <= 130 for item in "abcd")


def test_co_visitation_puts_what_goes_together_first():
    one = taught(CoVisitation(), ("u", "a b"), ("w", "a b"), ("x", "c d"), ("v", "a"))
    assert items_of(one, left_out="a")[0] == "b"


def test_co_visitation_corrects_for_what_goes_with_everything():
    walks = [(f"w{n}", f"i{n} all") for n in range(30)]
    one = taught(CoVisitation(), *walks, ("u", "a b"), ("t", "a b all"), ("v", "a"))
    assert items_of(one, left_out="a")[0] == "b"


def test_co_visitation_pairs_only_the_latest_items():
    long_ago = " ".join(f"x{n}" for n in range(LATEST))
    one = taught(CoVisitation(), ("u", f"a {long_ago} z"), ("v", "z"))
    assert "a" not in items_of(one, n=LATEST)


def test_co_visitation_shows_a_stranger_what_is_popular():
    one = taught(CoVisitation(), ("u", "a b"), ("w", "b"))
    assert items_of(one, "stranger") == ["b", "a"]


def test_a_refused_item_pairs_with_nothing():
    one = CoVisitation()
    for item, reward in (("a", 1.0), ("b", -1.0), ("c", 1.0)):
        one.learn("u", item, reward, None, 0.0)
    one.learn("v", "a", 1.0, None, 0.0)
    assert items_of(one, left_out="a")[0] == "c"


def test_the_pairs_of_an_item_are_bounded():
    one = CoVisitation()
    for number in range(3 * PAIRS_MAX):
        taught(one, (f"u{number}", f"hub i{number}"))
    taught(one, ("a", "hub often"), ("b", "hub often"), ("c", "hub often"), ("v", "hub"))
    assert len(one._pairs["hub"]) <= PAIRS_MAX
    assert items_of(one, left_out=["hub"])[0] == "often"
