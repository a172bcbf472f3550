"""What the adapter refuses before it reads a call."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette

from headwater_server.personalizer.routes import BASE, BODY_BYTES_MAX, adapter_routes


@pytest.mark.parametrize(
    ("content", "headers", "status", "text"),
    [
        (b"\x1f\x8b", {"content-encoding": "gzip"}, 415, "content-encoding"),
        (bytes(BODY_BYTES_MAX + 1), {}, 413, "bytes"),
    ],
)
async def test_an_encoded_or_large_body_is_refused(content, headers, status, text):
    app = httpx.ASGITransport(Starlette(routes=adapter_routes(lambda: None)))
    async with httpx.AsyncClient(transport=app, base_url="http://adapter") as client:
        refused = await client.post(f"{BASE}/rank", content=content, headers=headers)
    assert refused.status_code == status
    assert text in refused.json()["error"]["message"]
