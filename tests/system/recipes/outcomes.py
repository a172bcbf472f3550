"""What each recipe promises, seen in what its programs got.

A function gets the names that the programs of its page have set, and a client of the same server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from headwater import Client

Names = dict[str, Any]


def kinds(item_ids: list[str]) -> Counter[str]:
    """Count the items by the first part of their id."""
    return Counter(item_id.rpartition("-")[0] for item_id in item_ids)


def product_page(names: Names, client: Client) -> None:
    shown = names["also"].item_ids
    assert "boots-1" not in [*shown, *names["similar"].item_ids]
    brands = [client.get_item(one).features.get("brand") for one in shown if "boots" in one]
    assert max(Counter(brands).values(), default=0) <= 2
    assert names["similar"].item_ids


def basket(names: Names, client: Client) -> None:
    shown = names["goes_with"].item_ids
    assert shown[1] == "gift-wrap"
    assert kinds(shown)["boots"] == 0
    assert "socks-1" not in shown
    again = client.recommend("visitor-1", placement="basket", filter="price < 60")
    assert names["added"] not in again.item_ids  # it was bought
    order = [result for result in names["answer"].results if result.event_id == "order-4711"]
    assert [result.status.value for result in order] == ["created"]


def home(names: Names, client: Client) -> None:
    first, lamps = names["first"].item_ids, names["lamps"].item_ids
    assert first[0] == "lamp-3"
    assert max(kinds(first).values()) <= 2
    assert set(first).isdisjoint(lamps)
    assert set(kinds(lamps)) == {"lamp"}
    assert names["trending"].item_ids
    assert names["again"].item_ids


def email(names: Names, client: Client) -> None:
    assert all(len(one["items"]) == 6 for one in names["letters"].values())
    assert (
        names["letter"]("ben")["items"] == names["letter"]("ben")["items"]
    )  # Ann's click counts in both
    seen = client.recommend("visitor-9", user_id="ann", placement="email").item_ids
    assert set(seen).isdisjoint(names["sent"]["items"])


def buy_again(names: Names, client: Client) -> None:
    assert sorted(names["again"].item_ids) == ["tea-1", "tea-2"]
    asked = {"user_id": "ann", "candidate_item_ids": names["bought"]}
    bought = names["again"].item_ids[0]
    later = client.recommend("visitor-1", placement="buy-again", **asked)
    assert bought not in later.item_ids  # bought just now
    assert {"boots-1"} <= set(later.item_ids)  # this account has not bought it here


def category_page(names: Names, client: Client) -> None:
    first, second = names["first"].item_ids, names["second"].item_ids
    boots = {"boots-1", "boots-2", "boots-3", "boots-4", "boots-5"}
    assert {*first, *second} == boots
    assert len(first) + len(second) == len(boots)


def search(names: Names, client: Client) -> None:
    assert sorted(names["shown"]) == sorted(names["HITS"])
    client.feedback([names["Event"]("purchase-complete", "visitor-1", ["boots-4"])])
    again = client.recommend("visitor-1", placement="search", candidate_item_ids=names["HITS"])
    assert "boots-4" in again.item_ids


def streaming_media(names: Names, client: Client) -> None:
    shown = names["tonight"].item_ids
    assert len(shown) == 6
    series = [client.get_item(one).features.get("series") for one in shown]
    assert max(Counter(name for name in series if name).values(), default=0) <= 1
    again = client.recommend("tv-1", user_id="ann", placement="tonight", page_size=100)
    assert names["film"] not in again.item_ids


def news(names: Names, client: Client) -> None:
    front = names["front"].item_ids
    assert front[0] == "article-7"
    assert "article-old" not in front
    sections = Counter(client.get_item(one).categories[0] for one in front)
    assert max(sections.values()) <= 2
    assert {client.get_item(one).categories[0] for one in names["most_read"].item_ids} == {"sport"}
    later = client.recommend("reader-1", placement="front", page_size=100).item_ids
    assert set(later).isdisjoint(front[:3])  # seen this morning
    ranked = client.recommend("reader-2", candidate_item_ids=["article-new"]).item_ids
    assert ranked == ["article-new"]


OUTCOMES: dict[str, Callable[[Names, Client], None]] = {
    function.__name__.replace("_", "-"): function
    for function in (
        product_page, basket, home, email, buy_again, category_page, search, streaming_media, news,
    )
}  # fmt: skip
