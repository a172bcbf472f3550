"""Whose history counts for whom."""

import pytest

from headwater_server.engine.visitors.visitors import Visitors

GAP_S = 1800.0


@pytest.fixture
def visitors():
    """Profiles without anyone in them."""
    return Visitors(profiles_max=100, session_gap_s=GAP_S)


def _interact(visitors, visitor_id, item, seconds, user_id="", session_id=""):
    row = visitors.open(visitor_id, user_id)
    visitors.enter(row, seconds, session_id)
    visitors.histories.add(row, item, seconds)


def _items(visitors, visitor_id, user_id="", now=10_000.0):
    return visitors.history(visitor_id, user_id, "", now).items.tolist()


def test_newest_first_each_once(visitors):
    """An item that is chosen again moves to the front and is counted twice."""
    for seconds, item in enumerate((1, 2, 3, 1)):
        _interact(visitors, "ann", item, float(seconds))
    history = visitors.history("ann", "", "", 10.0)
    assert history.items.tolist() == [1, 3, 2]
    assert history.interactions.tolist() == [2, 1, 1]


def test_a_stranger_has_no_history_and_leaves_none(visitors):
    """Asking for an unknown visitor makes no profile."""
    assert _items(visitors, "nobody", "no account") == []
    assert len(visitors) == 0


def test_the_anonymous_part_counts_for_the_account(visitors):
    """What a visitor did before logging in counts together with what the account did."""
    _interact(visitors, "tablet", 1, 1.0)
    _interact(visitors, "phone", 2, 2.0, user_id="ann")
    _interact(visitors, "tablet", 3, 3.0, user_id="ann")
    assert _items(visitors, "tablet") == [3, 2, 1]


def test_the_latest_link_wins(visitors):
    """On a shared device the anonymous part goes with the account that was there last."""
    _interact(visitors, "tablet", 1, 1.0)
    _interact(visitors, "tablet", 2, 2.0, user_id="ann")
    _interact(visitors, "tablet", 3, 3.0, user_id="bob")
    assert _items(visitors, "tablet") == [3, 1]


def test_links_do_not_join_two_people(visitors):
    """Ann's phone never shows what was done anonymously on the tablet she shares."""
    _interact(visitors, "tablet", 1, 1.0)
    _interact(visitors, "tablet", 2, 2.0, user_id="ann")
    _interact(visitors, "phone", 3, 3.0, user_id="ann")
    assert 1 not in _items(visitors, "phone")
    assert _items(visitors, "phone") == [3, 2]


def test_a_session_ends_with_a_gap_or_another_id(visitors):
    """After half an hour of silence, or under another session id, nothing is in session."""
    _interact(visitors, "ann", 1, 100.0, session_id="s1")
    _interact(visitors, "ann", 2, 200.0, session_id="s1")
    assert visitors.history("ann", "", "s1", 300.0).session_length == 2
    assert visitors.history("ann", "", "", 300.0).session_length == 2
    assert visitors.history("ann", "", "s2", 300.0).session_length == 0
    assert visitors.history("ann", "", "s1", 200.0 + GAP_S + 1).session_length == 0


def test_the_longest_inactive_go_first():
    """At the cap, the profile without an act for longest makes room."""
    visitors = Visitors(profiles_max=2, session_gap_s=GAP_S)
    for seconds, visitor in enumerate(("ann", "bob", "ann", "eve")):
        _interact(visitors, visitor, 1, float(seconds))
    assert len(visitors) == 2
    assert _items(visitors, "bob") == []
    assert _items(visitors, "ann") == [1]


def test_a_history_is_capped(visitors):
    """The 200 latest distinct items are kept, the oldest go."""
    for n in range(700):
        _interact(visitors, "ann", n, float(n))
    assert _items(visitors, "ann") == list(range(699, 499, -1))


def test_refused_items_are_kept_apart(visitors):
    """A disliked item is no part of the history, and is again after the next interaction."""
    _interact(visitors, "ann", 1, 1.0)
    row = visitors.open("ann", "")
    visitors.histories.add(row, 1, 2.0, refused=True)
    assert visitors.history("ann", "", "", 3.0).refused.tolist() == [1]
    assert _items(visitors, "ann") == []
    _interact(visitors, "ann", 1, 4.0)
    assert _items(visitors, "ann") == [1]
