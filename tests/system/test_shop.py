"""The demo shop in a real Chromium: lists follow clicks, and nobody can forge what is learned."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from headwater import Client, NotFoundError
from tests.integration.waiting import eventually
from tests.system.shop_browser import OpenShop, need_browser, open_shop

CATEGORY = "Cycling"

pytestmark = pytest.mark.timeout(600)  # the first test fills the shop, maybe with cold kernels


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Iterator[OpenShop]:
    need_browser()
    with open_shop(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="module")
def three_clicks(shop) -> dict[str, Any]:
    """Return what a stranger saw before and after three clicks in one category."""
    return shop.play("moves", CATEGORY)


@pytest.fixture
def client(shop) -> Iterator[Client]:
    with Client(shop.grpc, key=shop.key) as connected:
        yield connected


def interactions_of(client, visitor_id):
    profile = client.get_user(visitor_id=visitor_id)
    return {one.item_id: one for one in profile.history}


def test_three_clicks_of_one_category_move_the_list_towards_it(three_clicks):
    seen = three_clicks
    before, after = seen["before"].count(CATEGORY), seen["after"].count(CATEGORY)
    assert len(seen["before"]) == len(seen["after"]) == 12
    assert after >= before + 3, seen
    assert seen["complaints"] == []


def test_why_this_says_a_sentence_and_shows_its_parts(three_clicks):
    seen = three_clicks["why"]
    assert seen["sentence"].endswith(".")
    assert len(seen["sentence"].split()) > 3
    assert seen["bars"] >= 2


def test_pictures_of_the_shop_are_shown_over_the_drawn_ones(shop):
    seen = shop.play("pictured")
    assert seen["drawn"] == 12
    assert 0 < seen["photos"] < 12
    assert (seen["loading"], seen["referrer"]) == ("lazy", "no-referrer")
    assert seen["complaints"] == []


@pytest.mark.thorough
def test_two_windows_are_two_visitors(shop, client):
    seen = shop.play("two")
    assert len(set(seen["visitors"])) == 3
    hearty, *others = seen["visitors"]
    assert len(interactions_of(client, hearty)) == 1
    for other in others:
        with pytest.raises(NotFoundError):
            client.get_user(visitor_id=other)


async def test_what_is_bought_was_learned_and_is_shown_no_more(shop, client):
    learned = client.get_model().counts["events_learned"]
    seen = shop.play("buys", "bertha")
    assert seen["complaints"] == []
    history = interactions_of(client, "bertha")
    assert history[seen["bought"]].touches == 2  # seen and put into the basket; later bought
    assert seen["returned"] in history
    assert client.get_model().counts["events_learned"] >= learned + 5  # what `buys` waits for
    again = client.recommend("bertha", placement="home", page_size=100)
    assert seen["bought"] not in again.item_ids


def test_a_forged_token_is_refused_and_teaches_nothing(shop, client):
    seen_before = client.get_model(compute_digest=True)
    seen = shop.play("forges")
    assert [result["status"] for result in seen["forged"]] == ["EVENT_STATUS_QUARANTINED"] * 3
    assert all(r["detail"].startswith(("attributionToken", "userId")) for r in seen["forged"])
    assert seen["catalogue"] == 403
    assert client.get_model(compute_digest=True).digest == seen_before.digest


async def test_closing_the_tab_in_the_moment_of_a_click_delivers_it(shop, client):
    clicked = shop.play("leaves", "hasty")["clicked"]

    def is_learned() -> bool:
        try:
            return clicked in interactions_of(client, "hasty")
        except NotFoundError:
            return False

    await eventually(is_learned)


@pytest.mark.thorough
def test_it_looks_right_on_a_phone_and_in_the_dark(shop):
    seen = shop.play("looks")
    assert seen["overflows"] == 0
    assert seen["complaints"] == []


@pytest.mark.thorough
def test_every_page_can_be_used_by_keyboard_and_by_ear(shop):
    assert shop.play("audit")["wrong"] == []
