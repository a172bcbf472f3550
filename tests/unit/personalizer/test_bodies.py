"""Which bodies the adapter reads."""

from __future__ import annotations

import gzip

import httpx
import pytest
from starlette.applications import Starlette

from headwater_server.personalizer.routes import BASE, BODY_BYTES_MAX, adapter_routes


async def post(content: bytes, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=adapter_routes(lambda: None)))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        return await client.post(f"{BASE}/rank", content=content, headers=headers)


@pytest.mark.parametrize("encoding", ["gzip", "Deflate", "br"])
async def test_an_encoded_body_is_refused_with_a_reason(encoding: str) -> None:
    answer = await post(gzip.compress(b"{}"), **{"content-encoding": encoding})
    assert answer.status_code == 415
    assert "content-encoding is not supported" in answer.json()["error"]["message"]


async def test_a_plain_body_is_read_up_to_its_limit() -> None:
    assert (await post(b"{}", **{"content-encoding": "identity"})).status_code == 400
    assert (await post(b" " * (BODY_BYTES_MAX + 1))).status_code == 413
