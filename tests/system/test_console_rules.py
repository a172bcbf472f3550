"""An editor's afternoon in a real Chromium: pin a lamp for next week, see who gets it, undo it."""

from __future__ import annotations

import pytest

from headwater import Client, Event, Item
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


def test_an_editor_pins_a_lamp_for_next_week_sees_saves_and_undoes(tmp_path_factory):
    need_console()
    with gateway_server(tmp_path_factory) as server, Client(server.address, key=KEY) as shop:
        shop.upsert_items([Item(f"item {n}", title=f"Chair {n}") for n in range(12)])
        shop.upsert_items([Item("lamp-77", title="Brass lamp")])
        shop.feedback([Event("click", f"v{n % 4}", [f"item {n % 12}"]) for n in range(48)])
        digest = shop.get_model(compute_digest=True).digest
        seen = play(server.url, "editorsAfternoon", KEY, "Brass lamp", "v1")
        changes = list(shop.list_rule_changes())
        assert list(shop.list_rules()) == []
        assert shop.get_model(compute_digest=True).digest != digest  # the history is state
    assert seen["complaints"] == []
    assert not any("Brass lamp" in text for text in seen["before"])
    assert seen["after"][0].startswith("Brass lamp")
    assert 'pinned by "lamp of the week"' in seen["after"][0]
    [row] = seen["saved"]
    assert row[0].startswith("lamp of the week")
    assert (row[1], row[2].split()[0]) == ("scheduled", "home")
    assert "the lamp of next week" in seen["history"][0][0]
    assert seen["undone"] == "The change of lamp of the week is undone."
    assert [(one.name, one.previous_revision) for one in changes] == [
        ("lamp of the week", 1),
        ("lamp of the week", 0),
    ]
    assert [text[0].split()[:2] for text in seen["audit"][:2]] == [
        ["rule", "restored"],
        ["rule", "written"],
    ]
    fine = {"axe": [], "tooWide": False}
    for looks in (seen["looks"], seen["auditLooks"]):
        assert looks == {
            f"{width} {theme}": fine for width in ("wide", "phone") for theme in ("light", "dark")
        }
