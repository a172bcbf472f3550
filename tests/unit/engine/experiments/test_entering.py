"""Whom a report would expose: read from the state, which stays as it was."""

from dataclasses import replace

import pytest

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.experiments import USER, ExperimentStop

from .shoppers import FIRST, Shop

A, B = Arm("first", "a"), Arm("first", "b")


@pytest.fixture
def shop():
    return Shop(FIRST)


def entering(shop, visitor, *arms, user="", now_ms=None):
    before = shop.engine.digest()
    found = shop.engine.lookups.entering(visitor, user, arms, now_ms or shop.now_ms)
    assert shop.engine.digest() == before
    return found


def test_it_is_what_the_fold_does(shop):
    """A visitor is new until the report is learned; then the arm is another one's or its own."""
    visitor = shop.one_of("b")
    assert entering(shop, visitor, B) == (B,)
    shop.sees(visitor)
    assert shop.visitors() == {"a": 0, "b": 1}
    assert entering(shop, visitor, B) == entering(shop, visitor, A) == ()


def test_an_account_that_is_linked_is_exposed_with_its_visitor(shop):
    visitor = shop.one_of("b")
    shop.sees(visitor)
    shop.acts(visitor, user="ann")
    assert entering(shop, "phone", B, user="ann") == ()
    assert entering(shop, "phone", B) == (B,)
    shop.acts("phone", user="ann")
    assert entering(shop, "phone", B) == ()


def test_nobody_enters_a_full_experiment():
    shop = Shop(replace(FIRST, visitors_max=1))
    assert entering(shop, "v1", B) == (B,)
    shop.sees("v2")
    assert entering(shop, "v1", B) == ()


def test_nobody_enters_a_closed_arm_or_what_is_stopped():
    half = replace(FIRST, share=0.5)
    shop = Shop(half, replace(half, experiment_id="other"))
    both = Arm("other", "a"), A, B
    assert entering(shop, "v1", *both) == both
    shop.must(ExperimentStop("first", "b", "it looks odd"))
    assert entering(shop, "v1", *both) == (Arm("other", "a"),)
    shop.must(ExperimentStop("other", reason="enough"))
    assert entering(shop, "v1", *both) == ()


def test_nobody_enters_after_the_end():
    shop = Shop(replace(FIRST, end_time_ms=60_000))
    assert entering(shop, "v1", B) == (B,)
    assert entering(shop, "v1", B, now_ms=60_000) == ()


def test_only_accounts_enter_an_experiment_of_accounts():
    shop = Shop(replace(FIRST, unit=USER))
    assert entering(shop, "v1", B) == ()
    assert entering(shop, "v1", B, user="ann") == (B,)
    shop.sees("v1", user="ann", arms=("b",))
    assert entering(shop, "v2", B, user="ann") == ()
    assert shop.visitors() == {"a": 0, "b": 1}


def test_an_experiment_that_this_replica_has_not_read_of_yet_is_one_to_enter(shop):
    unread = Arm("unread", "x")
    assert entering(shop, "v1", unread) == (unread,)
