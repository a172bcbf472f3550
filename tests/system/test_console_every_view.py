"""Every view of the console, wide and narrow, light and dark: axe is content, nothing overflows."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from headwater import Client, ItemOrder
from tests.integration.gateway_server import KEY, GatewayServer, gateway_server
from tests.system.console_browser import need_console, play
from tests.system.shop_browser import ROOT
from tests.system.test_console import FLAGS, fill

STATIC = ROOT / "service" / "headwater_server" / "web" / "static"
SCRIPT_BYTES_MAX = 100_000  # of all scripts of a page, compressed as the web process sends them
PAINT_MS_MAX = 1_000

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@pytest.fixture(scope="module")
def filled(tmp_path_factory) -> Iterator[tuple[GatewayServer, list[str]]]:
    """A server with data, and the addresses of pages that no navigation names."""
    need_console()
    with gateway_server(tmp_path_factory, *FLAGS) as server:
        visitor = fill(server)
        with Client(server.address, key=KEY) as client:
            item = next(client.list_item_statistics(order=ItemOrder.TOUCHES)).item_id
        yield server, [f"#/visitor/{quote(visitor)}", f"#/catalogue/{quote(item)}"]


def test_axe_finds_nothing_in_the_widest_views_on_a_phone_in_the_dark(filled):
    """The few that are worth it in each run; the others with the thorough tests."""
    server, parts = filled
    hashes = ["#/catalogue", "#/rules", "#/settings", parts[0]]
    seen = play(server.url, "someViews", KEY, "phone", "dark", *hashes)
    assert not seen["wrong"], "\n".join(seen["wrong"][:60])
    assert seen["complaints"] == []


@pytest.mark.thorough
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "phone"])
def test_axe_finds_nothing_and_nothing_overflows(filled, width, theme):
    server, parts = filled
    seen = play(server.url, "everyView", KEY, width, theme, *parts)
    assert len(seen["views"]) >= 9
    assert not seen["wrong"], "\n".join(seen["wrong"][:60])
    assert seen["complaints"] == []


@pytest.mark.parametrize("page", ["console", "shop"])
def test_the_scripts_of_a_page_stay_small(page):
    scripts = list((STATIC / page).rglob("*.js"))
    assert scripts
    assert sum(len(gzip.compress(one.read_bytes(), 6)) for one in scripts) < SCRIPT_BYTES_MAX


@pytest.mark.thorough
@pytest.mark.parametrize("path", ["/console/", "/shop/"])
def test_the_first_paint_comes_within_a_second(filled, path):
    """By the browser's own timing, in a fresh browser; the best of five, for a busy machine."""
    server, _ = filled
    seen = play(server.url, "firstPaint", path, "5")
    assert seen["ms"] < PAINT_MS_MAX, seen
