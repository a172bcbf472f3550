"""The README's backend and page, as written there: the first event of a browser is learned."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from headwater import AsyncClient
from tests.integration.api_server import free_port
from tests.integration.gateway_server import KEY, PAGE_KEY, GatewayServer
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.browser.browsers import CHROMIUM, PLAYWRIGHT, page_folder
from tests.system.client_programs import NODE, ROOT, node_programs
from tests.system.crash.server import Server, serving
from tests.system.shop_browser import SCREENSHOTS

README = (ROOT / "README.md").read_text()
SCRIPT = Path(__file__).parent / "browser" / "ten_minutes.mjs"


def written(folder: Path, addresses: dict[str, str]) -> None:
    """Write the README's two files, with this run's addresses, and the client where npm puts it."""
    for name, language in (("backend.mjs", "js"), ("page.html", "html")):
        [text] = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
        for documented, ours in addresses.items():
            text = text.replace(documented, ours)
        (folder / name).write_text(text)
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "headwater").symlink_to(NODE)


@asynccontextmanager
async def backend(folder: Path) -> AsyncIterator[str]:
    """Run the backend; give the address that it prints."""
    process = await asyncio.create_subprocess_exec(
        "node", "backend.mjs", cwd=folder, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        said = (await process.stdout.readline()).decode()
        yield said.split(" on ")[1].strip()
    finally:
        process.kill()
        await process.wait()


async def test_the_backend_stays_up_without_a_server(tmp_path: Path) -> None:
    """Also if it started first; it has the bestsellers, and writes the products when it can."""
    node_programs()
    here, port = f"127.0.0.1:{free_port()}", str(free_port())
    written(tmp_path, {"127.0.0.1:50051": here, "3000": port, "the-key-of-my-backend": KEY})
    async with backend(tmp_path) as url, httpx.AsyncClient(timeout=PATIENCE_S) as browser:
        for _ in range(3):
            page = await browser.get(url)
            assert page.status_code == 200
            assert '"attributionToken":"","itemIds":["boots","tent","lamp","map"]' in page.text
        async with serving_at(here, tmp_path / "data"):
            async with AsyncClient(here, key=KEY) as client:
                await eventually(lambda: is_written(client))
            await eventually(lambda: is_recommended(browser, url))
        assert '"attributionToken":""' in (await browser.get(url)).text


def serving_at(address: str, folder: Path) -> AbstractAsyncContextManager[object]:
    server = Server(folder, "--keys", KEY)
    server.address = address
    return serving(server)


async def is_written(client: AsyncClient) -> bool:
    return bool([item async for item in client.list_items()])


async def is_recommended(browser: httpx.AsyncClient, url: str) -> bool:
    return '"attributionToken":""' not in (await browser.get(url)).text


@pytest.mark.timeout(600)  # it may start with cold kernels
async def test_the_first_event_of_a_page_is_learned(tmp_path: Path) -> None:
    """Every address and key of the README is in its commands, too."""
    page_folder(tmp_path)  # skips without the tools
    port = free_port()
    server = GatewayServer(tmp_path / "data", "--gateway-origins", f"http://localhost:{port}")
    async with serving(server):
        addresses = {
            "127.0.0.1:50051": server.address, "http://127.0.0.1:8080": server.url,
            "3000": str(port),
            "the-key-of-my-backend": KEY, "the-key-of-my-page": PAGE_KEY,
        }  # fmt: skip
        assert all(README.count(one.removeprefix("http://")) > 1 for one in addresses)
        written(tmp_path, addresses)
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        picture = str(SCREENSHOTS / "ten-minutes.png")
        async with backend(tmp_path) as url:
            looking = await asyncio.create_subprocess_exec(
                "node", str(SCRIPT), str(PLAYWRIGHT), CHROMIUM, url, picture,
                stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            seen = json.loads((await looking.communicate())[0])
        first = seen["shown"][0]
        assert len(seen["shown"]) == 4
        assert seen["result"] == f"{first}: created"
        async with AsyncClient(server.address, key=KEY) as client:
            history = (await client.get_user(visitor_id=seen["visitor"])).history
        assert [interaction.item_id for interaction in history] == [first]
