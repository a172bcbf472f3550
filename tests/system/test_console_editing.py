"""An editor's bad day in a real Chromium: what was typed stays, each refusal names its cause."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from headwater import Client, Rule
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels
NAME = "מבצע 🎁 " + "long" * 12
EXACT = "to the second"
ENDS = datetime(2031, 1, 1, 22, 59, 59, tzinfo=UTC)
CHANGES = 70
"""More than a page of the audit log."""


def fill(shop: Client) -> None:
    for n in range(CHANGES):
        shop.upsert_rule(Rule(name="filler", kind="boost", filter=f"price < {n + 1}", times=2.0))
    kept = Rule(name=EXACT, kind="boost", filter="price < 9", placements=("a, b",), times=2.0)
    shop.upsert_rule(replace(kept, end_time=ENDS))


def test_a_bad_day_loses_nothing_and_says_what_is_wrong(tmp_path_factory):
    need_console()
    with (
        gateway_server(tmp_path_factory) as server,
        Client(server.address, key=KEY) as shop,
    ):
        fill(shop)
        seen = play(server.url, "badDay", KEY, NAME, EXACT)
        rules = {one.name: one for one in shop.list_rules()}
    typed = {"name": NAME, "filter": "price < 5", "reason": "why not"}
    assert seen["again"] == seen["still"] == typed
    assert "The gateway cannot be reached" in seen["lost"]
    assert "The answer was cut off" in seen["cut"]
    assert seen["taken"].startswith("There is a rule of this name")
    assert seen["status"] == 200
    assert seen["late"].startswith("Somebody else has changed this rule.")
    assert seen["outside"] == []
    assert rules[NAME].filter == "price < 7"
    assert (rules[EXACT].end_time, rules[EXACT].placements) == (ENDS, ("a, b",))
    changes = [text for text in seen["rows"] if "price" in text]
    assert len(changes) == CHANGES + 3  # each once: NAME's two, and EXACT's first, the same again
