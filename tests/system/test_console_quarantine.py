"""The quarantine in a real Chromium: events are selected, replayed and dropped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from headwater import Client, Event
from tests.integration.gateway_server import KEY, READ_KEY, GatewayServer, gateway_server
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    need_console()
    with gateway_server(tmp_path_factory) as running:
        yield running


@pytest.fixture
def client(server) -> Iterator[Client]:
    with Client(server.address, key=KEY) as connected:
        yield connected


def test_selected_events_are_replayed_and_dropped(server, client):
    odd = [Event("nonsense", "ann", ["x"]), *(Event("click", "", ["x"]) for _ in range(2))]
    client.feedback([*odd, *(Event("rating", f"v{n}", ["x"], value=1e99) for n in range(3))])
    kept = len(list(client.list_quarantined_events()))
    with_reason = len(list(client.list_quarantined_events(reason="visitor_id")))
    seen = play(server.url, "quarantineWork", KEY, "visitor_id", READ_KEY)
    assert seen["disabled"] == [True, True]
    assert seen["before"] == kept
    assert seen["replayed"] == f"0 learned, 0 known already, {kept} rejected again."
    assert len(seen["results"]) == kept
    assert any("'nonsense' has no reward" in text for text in seen["results"])
    assert "This cannot be undone." in seen["warning"]
    assert seen["dropped"] == f"{with_reason} dropped."
    assert seen["left"] == kept - with_reason
    assert seen["left"] == len(list(client.list_quarantined_events()))
    assert seen["complaints"] == []
