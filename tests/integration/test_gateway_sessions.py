"""A person's session at a real Envoy: it counts for the console's page, and for no other."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest

from headwater_server.api.access.sessions import Session, signed
from tests.integration.gateway_server import (
    KEY,
    PAGE,
    PAGE_KEY,
    READ_KEY,
    GatewayServer,
    caller,
    gateway_server,
)

FOREIGN = "https://evil.example"
OWN = {"x-headwater-console": "1"}
SIGN_IN = ("--oidc-issuer", "http://127.0.0.1:1", "--oidc-client-id", "console")
PREFLIGHT = "access-control-request-"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    with gateway_server(tmp_path_factory, *SIGN_IN) as started:
        yield started


@pytest.fixture
async def web(server):
    async with caller(server) as client:
        client.headers.pop("authorization", None)
        yield client


def cookie(role: str = "operate", key: str = KEY, seconds: float = 60, prefix: str = "") -> str:
    """Return the header of a browser that has a session, and other cookies."""
    token = signed(Session("anna (7)", "7", role, int(time.time() + seconds)), key)
    return f"theme=dark; {prefix}headwater-session={token}; other=1"


@pytest.mark.parametrize("prefix", ["", "__Host-"])
async def test_it_is_the_key_of_a_call_of_the_console(web, prefix):
    said = await web.get("/v1/serving", headers={"cookie": cookie("read", prefix=prefix), **OWN})
    assert said.status_code == 200
    assert said.json()["scopes"] == ["read"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-headwater-console": "true"},
        {**OWN, "authorization": "Bearer a-key-of-nobody-at-all"},
        {**OWN, "cookie": cookie(seconds=-1)},
        {**OWN, "cookie": cookie(key="a-key-of-nobody-at-all")},
        {**OWN, "cookie": cookie(key=READ_KEY)},
        {**OWN, "cookie": cookie(key=PAGE_KEY)},
        {**OWN, "cookie": cookie().replace("headwater-session", "not-headwater-session")},
        {**OWN, "cookie": "headwater-session=; __Host-headwater-session="},
    ],
    ids=[
        "no header", "another value", "beside a wrong key", "ended", "by no key", "by a lesser key",
        "by a page's key", "another name", "empty",
    ],
)  # fmt: skip
async def test_it_counts_only_with_the_header_and_while_it_is_one(web, headers):
    said = await web.get("/v1/serving", headers={"cookie": cookie(), **headers})
    assert said.status_code == 401


@pytest.mark.parametrize("origin", [FOREIGN, "null", PAGE])
async def test_a_page_of_another_site_changes_nothing_with_it(web, origin):
    event = {"event_id": "e", "event_type": "click", "visitor_id": "ann", "items": ["tent"]}
    simple = {"origin": origin, "cookie": cookie(), "content-type": "text/plain"}
    sent = await web.post("/v1/feedback", content=json.dumps({"events": [event]}), headers=simple)
    assert sent.status_code in (401, 403)
    dropped = await web.post("/v1/quarantine:drop", content="{}", headers=simple)
    assert dropped.status_code in (401, 403)
    asked = {"origin": origin, f"{PREFLIGHT}method": "POST"}
    asked[f"{PREFLIGHT}headers"] = "x-headwater-console"
    said = await web.options("/v1/quarantine:drop", headers=asked)
    assert "x-headwater-console" not in said.headers.get("access-control-allow-headers", "").lower()


async def test_a_foreign_origin_is_refused_even_with_the_header(web):
    said = await web.get("/v1/serving", headers={"cookie": cookie(), "origin": FOREIGN, **OWN})
    assert said.status_code == 403


async def test_the_role_counts_not_the_gateway(web, server):
    headers = {"cookie": cookie("edit"), "origin": server.url, **OWN}
    refused = await web.post(
        "/v1/quarantine:drop", json={"quarantineIds": ["1-1"]}, headers=headers
    )
    assert refused.status_code == 403
    headers["cookie"] = cookie("operate")
    allowed = await web.post(
        "/v1/quarantine:drop", json={"quarantineIds": ["1-1"]}, headers=headers
    )
    assert allowed.status_code == 200


async def test_personalizers_figures_are_read_with_it_and_nothing_is_changed(web):
    figures, service = (
        f"/personalizer/v1.0/{one}" for one in ("figures", "configurations/service")
    )
    assert (await web.get(figures, headers={"cookie": cookie("read"), **OWN})).status_code == 200
    assert (await web.get(figures, headers={"cookie": cookie("read")})).status_code == 401
    ended = {"cookie": cookie("read", seconds=-1), **OWN}
    assert (await web.get(figures, headers=ended)).status_code == 401
    headers = {"cookie": cookie("operate"), **OWN}
    assert (await web.put(service, json={}, headers=headers)).status_code == 401
