"""Row 16: the gateway or a worker dies while real browsers shop: nothing acknowledged is lost."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from urllib.parse import urlencode

import pytest

from headwater import AsyncClient, Item
from tests.integration.gateway_server import KEY, PAGE_KEY, GatewayServer
from tests.system.browser.browsers import browsers, page_folder
from tests.system.crash.oracle import judge
from tests.system.crash.seeds import seeds
from tests.system.crash.server import DIGEST_TIMEOUT_S, serving
from tests.system.crash.worker_pool import WorkerPool

UNTIRING = (  # who shops without a pause is a robot, and teaches nothing, unless we say so
    "--page-visitor-events-per-minute-max", "0", "--page-source-events-per-minute-max", "0",
    "--visitor-events-per-minute-max", "0",
)  # fmt: skip


class Front(GatewayServer):
    """Two workers and a follower behind a gateway."""

    children = WorkerPool.children
    kill_children = WorkerPool.kill_children

    def kill_gateway(self, rng: Random) -> None:
        self.kill_envoy()

    def kill_worker(self, rng: Random) -> None:
        self.kill_children(rng.choice(self.children()))


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def page(tmp_path: Path) -> Iterator[str]:
    """Serve the page from an origin of its own."""
    folder = tmp_path / "page"
    folder.mkdir()
    handler = functools.partial(_Quiet, directory=str(page_folder(folder)))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.thorough  # tests/system/test_gateway_life.py and test_client_browser.py kill both, too
@pytest.mark.parametrize("seed", seeds(1))
async def test_browsers_lose_no_acknowledged_event(seed, page, tmp_path, tally):
    rng = Random(seed)
    front = Front(tmp_path / "data", "--workers", "2", "--gateway-origins", page, *UNTIRING)
    kills = [front.kill_gateway, front.kill_worker] * 2
    rng.shuffle(kills)
    async with serving(front):
        where = urlencode({"url": front.url, "key": PAGE_KEY})
        async with AsyncClient(front.address, key=KEY) as client:  # a page creates no items
            await client.upsert_items([Item(f"item-{n}") for n in range(50)])
        async with browsers(f"{page}/traffic.html?{where}", count=3) as shoppers:
            for kill in kills:
                await shoppers.reaches(rng.randrange(20, 60))
                kill(rng)
            await shoppers.reaches(50)
            await shoppers.leave()
        async with AsyncClient(front.address, key=KEY) as client:
            model = await client.get_model(compute_digest=True, timeout_s=DIGEST_TIMEOUT_S)
        assert await front.stop() == 0
    found = await judge(shoppers.acknowledged, [model], data_dir=tmp_path / "data")
    tally(
        16, seed, faults=len(kills), acknowledged=len(shoppers.acknowledged),
        lost=len(found.lost), doubled=len(found.doubled),
    )  # fmt: skip
    found.check()
    assert not shoppers.problems
    assert len(shoppers.acknowledged) == len(set(shoppers.acknowledged))
