"""An editor's afternoon in a real Chromium: a lamp for next week, the lift, a visitor's reasons."""

from __future__ import annotations

import re

import pytest

from headwater import Client, Event, EventItem, Item
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels
VISITORS = 300  # an arm needs 100 before its lift has an interval


def fill(shop: Client) -> str:
    """Let visitors see lists, and buy anything but the lamp; return a buyer with our lists."""
    shop.upsert_items([Item(f"item {n}", title=f"Chair {n}") for n in range(12)])
    shop.upsert_items([Item("lamp-77", title="Brass lamp")])
    shop.feedback([Event("click", f"v{n % 4}", [f"item {n % 12}"]) for n in range(48)])
    buyers = []
    for n in range(VISITORS):
        slate = shop.recommend(f"v{n}", placement="home", page_size=13)
        token = {"attribution_token": slate.attribution_token, "placement": "home"}
        events = [Event("impression", f"v{n}", items=slate.item_ids, **token)]
        if n % 3 == 0:
            chair = next(one for one in slate.item_ids if one != "lamp-77")
            bought = [EventItem(chair, 1, 49.0 + n, "EUR")]
            buyers += [f"v{n}"] if [one.arm_id for one in slate.arms] == ["ours"] else []
            events.append(Event("purchase-complete", f"v{n}", bought, **token))
        shop.feedback(events)
    return buyers[0]


def test_an_editors_afternoon(tmp_path_factory):
    need_console()
    with (
        gateway_server(tmp_path_factory, "--hold-out", "0.5") as server,
        Client(server.address, key=KEY) as shop,
    ):
        who = fill(shop)
        digest = shop.get_model(compute_digest=True).digest
        seen = play(server.url, "editorsAfternoon", KEY, "Brass lamp", who)
        changes = list(shop.list_rule_changes())
        assert list(shop.list_rules()) == []
        assert shop.get_model(compute_digest=True).digest != digest  # the history is state
    assert seen["complaints"] == []
    check_rule(seen)
    assert [(one.name, one.previous_revision) for one in changes] == [
        ("lamp of the week", 1),
        ("lamp of the week", 0),
    ]
    check_lift(seen["lift"])
    check_why(seen["why"])


def check_rule(seen) -> None:
    """The lists before and after, what was saved and undone, and how the pages looked."""
    assert len(seen["offered"]) == 3
    assert seen["offered"] == seen["recent"][:3]
    assert f"v{VISITORS - 3}" in seen["recent"]
    assert [text.split("\n")[0] for text in seen["firsts"]] == ["Brass lamp"] * 3
    assert not any("Brass lamp" in text for text in seen["before"])
    assert seen["after"][0].startswith("Brass lamp")
    assert 'pinned by "lamp of the week"' in seen["after"][0]
    [row] = seen["saved"]
    assert row[0].startswith("lamp of the week")
    assert (row[1], row[2].split()[0]) == ("scheduled", "home")
    assert "the lamp of next week" in seen["history"][0][0]
    assert seen["undone"] == "The change of lamp of the week is undone."
    assert [text[0].split()[:2] for text in seen["audit"][:2]] == [
        ["rule", "restored"],
        ["rule", "written"],
    ]
    fine = {"axe": [], "tooWide": False}
    for looks in (seen["looks"], seen["auditLooks"]):
        assert looks == {
            f"{width} {theme}": fine for width in ("wide", "phone") for theme in ("light", "dark")
        }


def check_lift(lift) -> None:
    """Last week's revenue lift has its interval, or says what is missing for one."""
    for several in (lift["figures"], lift["always"]):
        [revenue] = [text for text in several if "revenue" in text]
        assert re.search(r"between [+-][\d.]+ % and [+-][\d.]+ %", revenue), revenue
        assert "(EUR)" in revenue
        assert any("click-through" in text for text in several)
    assert "holds for this period" in lift["visitors"]
    assert re.search(r"\d+ visitors with recommendations, \d+ without", lift["visitors"])


def check_why(why) -> None:
    """The page of a visitor names the item, and why it is in the list."""
    assert why["title"].startswith("Chair")
    assert why["reasons"], why
    assert not any("no contributions" in text for text in why["reasons"])
    assert "Retrieved by" in why["all"]
    assert "no source" not in why["all"]
    assert "Chair" in why["history"]
