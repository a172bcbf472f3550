"""The console with pictures of items, in a real browser."""

from __future__ import annotations

import pytest

from headwater import Client, Event, Item
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.console_browser import need_console, play

NO_HOST = "Its address has no host, so only the shop's own pages can show it."
NO_TLS = "Its address begins with http://, which the console does not load: serve it with https://."
pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    need_console()
    with gateway_server(tmp_path_factory) as server:
        yield server


@pytest.mark.parametrize("width", ["1400", pytest.param("390", marks=pytest.mark.thorough)])
def test_pictures_of_items_are_shown_where_they_can_be_loaded(shown, width):
    """Without a referrer, of a fixed size; a letter where there is none, or it does not answer."""
    host = "cdn.shop.example"
    pictured = {"group_id": "lamp", "tags": ["pictured"], "uri": "https://shop.example/lamp-1"}
    goods = [
        Item("lamp-1", title="Lamp", image_uri=f"https://{host}/1.png", **pictured),
        Item("lamp-2", title="Lamp", image_uri="https://gone.example/2.png", **pictured),
        Item("vase", title="Vase", image_uri="http://plain.example/4.png", tags=["pictured"]),
        Item("rug", title="Rug", image_uri="/rug.png", tags=["pictured"]),
    ]
    with Client(shown.address, key=KEY) as client:
        client.upsert_items(goods)
        client.feedback([Event("view", "looker", ["lamp-1"])])
    seen = play(
        shown.url, "pictures", KEY, host, 'tags: ANY("pictured")', "lamp-1", "looker", width
    )
    assert (seen["rows"], seen["alts"]) == (4, ["Picture of Lamp"])
    assert seen["sizes"] == [[40, 40]] * 4
    assert sorted(seen["reasons"]) == [
        "Picture of Lamp, not shown. It could not be loaded.",
        f"Picture of Rug, not shown. {NO_HOST}",
        f"Picture of Vase, not shown. {NO_TLS}",
    ]
    assert seen["asked"] == []  # nothing of http:// is requested
    assert "https://shop.example/lamp-1" in seen["facts"]
    assert seen["link"] == ["https://shop.example/lamp-1", "noopener noreferrer"]
    assert set(seen["referrers"]) == {""}
    assert seen["complaints"] == []
