"""The client's example shop, against a live server: it learns, and outlives the server."""

from __future__ import annotations

import importlib.util
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

import headwater
from headwater_server.cli.demo.server_process import ServerProcess
from tests.integration.api_server import free_port

PAGES = 21
EXAMPLE = Path(__file__).parents[2] / "clients" / "python" / "examples" / "fastapi_shop.py"


@pytest.fixture
async def server(tmp_path):
    process = ServerProcess(tmp_path / "data", "--listen", f"127.0.0.1:{free_port()}")
    await process.start()
    yield process
    await process.stop()


@asynccontextmanager
async def browser(address):
    """A visitor's browser, which keeps its cookies."""
    spec = importlib.util.spec_from_file_location("fastapi_shop", EXAMPLE)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    app = example.make_app(address)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://shop") as visitor,
    ):
        yield visitor


async def test_the_shop_shows_lists_without_repeats_and_learns_from_clicks(server):
    async with browser(server.address) as visitor:
        page = (await visitor.get("/")).json()
        first, more = page["for_you"]["item_ids"], page["more"]["item_ids"]
        assert (len(first), len(more), len({*first, *more})) == (3, 3, 6)
        seen = {"item_ids": first, "token": page["for_you"]["token"]}
        assert (await visitor.post("/seen", json=seen)).status_code == 200
        click = {"item_id": "snow-boot", "token": page["more"]["token"]}
        assert (await visitor.post("/clicks", json=click)).status_code == 200
        assert visitor.cookies["offset"]
        turned = [(await visitor.get("/")).json()["for_you"]["item_ids"] for _ in range(PAGES)]
        shown = sum("rain-boot" in item_ids for item_ids in turned)
        assert shown > PAGES // 2  # not on each: the policy also tries what it knows less of
        product = (await visitor.get("/products/snow-boot")).json()
        assert "snow-boot" not in product["beside"]["item_ids"]
        assert "rain-boot" in product["alike"]
        assert (await visitor.get("/products/nothing")).status_code == 404
    async with headwater.AsyncClient(server.address) as client:
        counts = (await client.get_model()).counts
    assert (counts["events_learned"], counts["open_impressions"] > 0) == (2, True)


async def test_the_shop_goes_on_while_the_server_is_away_and_sends_later_what_was_clicked(server):
    async with browser(server.address) as visitor:
        await visitor.get("/")
        await server.stop()
        page = (await visitor.get("/")).json()
        assert page["for_you"] == {"item_ids": ["socks", "sandal", "trail-runner"], "token": ""}
        assert (await visitor.post("/clicks", json={"item_id": "socks"})).status_code == 200
        product = (await visitor.get("/products/socks")).json()
        assert product["beside"]["item_ids"] == ["sandal", "trail-runner"]
        assert product["alike"] == []
        await server.start()
    async with headwater.AsyncClient(server.address) as client:
        assert (await client.get_model()).counts["events_learned"] == 1
