"""The figures of the Personalizer API in the console, in a real Chromium."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest

from tests.integration.gateway_server import KEY, gateway_server
from tests.integration.waiting import PATIENCE_S
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels
BASE = "/personalizer/v1.0"
ACTIONS = [{"id": name, "features": [{"taste": name}]} for name in ("tea", "cake")]
EVENTS = 40


def _rank(shop: httpx.Client, event_id: str) -> str:
    """Rank and reward one event; return the action that is shown."""
    call = {"actions": ACTIONS, "eventId": event_id}
    shown: str = shop.post(f"{BASE}/rank", json=call).raise_for_status().json()["rewardActionId"]
    value = {"value": float(shown == "cake")}
    shop.post(f"{BASE}/events/{event_id}/reward", json=value).raise_for_status()
    return shown


def _figures(shop: httpx.Client, events: int) -> dict[str, Any]:
    give_up, number = time.monotonic() + PATIENCE_S, 0
    while time.monotonic() < give_up:
        number += 1
        _rank(shop, f"later{events}of{number}")  # the log's time goes on
        found: dict[str, Any] = shop.get(f"{BASE}/figures").raise_for_status().json()
        if found["groups"] and found["groups"][0]["events"] >= events:
            return found
        time.sleep(0.5)
    raise AssertionError("the events were not counted in time")


def test_mode_match_rate_and_values_are_shown_and_that_only_imitation_is_known(tmp_path_factory):
    need_console()
    with gateway_server(tmp_path_factory) as server:
        headers = {"ocp-apim-subscription-key": KEY}
        with httpx.Client(base_url=server.url, headers=headers, timeout=PATIENCE_S) as shop:
            configuration = f"{BASE}/configurations/service"
            changes = {"learningMode": "Apprentice", "rewardWaitTime": "PT2S"}
            shop.put(configuration, json=changes).raise_for_status()
            assert {_rank(shop, f"imitated{number}") for number in range(5)} == {"tea"}
            _figures(shop, 5)
            before = play(server.url, "personalizer", KEY)
            assert before["complaints"] == []
            assert "Only imitation can be known, not value" in before["card"]
            shop.put(configuration, json={"trafficShare": 0.5}).raise_for_status()
            for number in range(EVENTS):
                _rank(shop, f"shared{number}")
            found = _figures(shop, EVENTS + 5)
            seen = play(server.url, "personalizer", KEY)
    assert seen["complaints"] == []
    assert seen["phone"] == {"axe": [], "tooWide": False}
    assert "apprentice, 50 % of the answers by the policy" in seen["card"]
    names = [row[0] for row in seen["rows"]]
    assert names[:2] == ["policy", "baseline: the caller's first action"]
    baseline = next(row for row in seen["rows"] if row[0].startswith("baseline"))
    low, high = (found["groups"][0]["values"]["baseline"][end] for end in ("low", "high"))
    assert low <= 0.0 <= high
    assert baseline[1].startswith("0.000 [")
