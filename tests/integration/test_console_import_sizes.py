"""The console's import sends rich items through a real gateway: with a key, and with a session."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from headwater_server.api.access.sessions import Session, signed
from tests.integration.gateway_server import KEY
from tests.integration.test_gateway_admission import gateway
from tests.system.console_browser import PAGE
from tests.system.shop_browser import need_node_modules

COUNT = 300


@pytest.fixture
def rich(tmp_path: Path) -> Path:
    """A file of items that have 3 kB of JSON each, and few bytes a letter."""
    path = tmp_path / "items.jsonl"
    texts = {f"text{n}": "é" * 400 for n in range(4)}
    rows = ({"item_id": f"i{n}", "title": f"Tent {n}", **texts} for n in range(COUNT))
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
    return path


def cookie() -> str:
    session = Session("anna (7)", "7", "operate", int(time.time()) + 600)
    return f"headwater-session={signed(session, KEY)}"


async def sent(url: str, path: Path, key: str, cookie: str) -> Any:
    command = ["node", "e2e/send_file.mjs", url, str(path), key, cookie]
    pipe = asyncio.subprocess.PIPE
    ran = await asyncio.create_subprocess_exec(*command, cwd=PAGE, stdout=pipe, stderr=pipe)
    said, complaint = await ran.communicate()
    assert ran.returncode == 0, complaint.decode()
    return json.loads(said)


@pytest.mark.parametrize(
    ("who", "body_max"),
    [("key", 131_072), ("session", 131_072), ("session", 20_000)],
    ids=["with a key", "with a session", "at a gateway that takes less"],
)
async def test_a_file_of_rich_items_arrives_whole(rich: Path, who: str, body_max: int) -> None:
    need_node_modules(PAGE)
    given = (KEY, "") if who == "key" else ("", cookie())
    async with gateway(has_persons=True, gateway_page_body_bytes_max=body_max) as client:
        found = await sent(str(client.base_url).rstrip("/"), rich, *given)
    assert "error" not in found
    assert sum(one["messages"] for one in found["outcomes"]) == COUNT
    sizes = [size for status, size in found["calls"] if status == 200]
    assert len(sizes) < 4 * sum(sizes) / min(body_max, 500_000) + 1  # few calls, not one for each
    refused = [status for status, _ in found["calls"] if status != 200]
    assert set(refused) <= {413}
    assert len(refused) < 5
