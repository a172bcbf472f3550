"""A provider whose answers are not what OpenID Connect says: a sentence each time, never a 500."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import grpc
import pytest
from joserfc import jws

from headwater_server.api.access.sessions import CHARS_MAX, Session, opened, signed
from headwater_server.web.app import make_app
from headwater_server.web.oidc.persons import NAME_CHARS, SUBJECT_BYTES
from headwater_server.web.oidc.provider import BYTES_MAX
from headwater_server.web.oidc.routes import sign_in_routes
from headwater_server.web.oidc.servers import Servers
from tests.integration.test_sign_in import (
    CONSOLE,
    KEY,
    OWN,
    browser,
    come_back,
    problem_of,
    server,
    settings_for,
)
from tests.integration.test_sign_in_attacked import page, provider

__all__ = ["page", "provider", "server"]
ODD = {"null": None, "a number": 7, "a text": "x", "a list": ["x"], "a table": {"a": 1}}
HALF = "\ud800"  # of a character


@pytest.mark.parametrize("odd", [None, 7, "x", {"a": 1}], ids=["null", "number", "text", "table"])
async def test_without_a_list_of_methods_the_default_counts(page, provider, odd):
    provider.document["token_endpoint_auth_methods_supported"] = odd
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


@pytest.mark.parametrize("odd", [*ODD.values(), HALF, f"https://x/{HALF}"])
async def test_an_address_may_be_anything(page, provider, odd):
    for name in ("token_endpoint", "jwks_uri", "authorization_endpoint"):
        provider.document = {name: odd}
        assert problem_of(await page.get("/console/auth/sign-in")) == "provider"
    provider.document = {"end_session_endpoint": odd, "userinfo_endpoint": odd}
    provider.claims = {"roles": ["read"]}  # so that userinfo is asked
    asked = problem_of(await come_back(page, provider)) if odd else "provider"
    assert asked == "provider"
    said = await page.post("/console/auth/sign-out", headers=OWN)
    assert said.json()["location"] == CONSOLE


@pytest.mark.parametrize("odd", [7, "x", ["x"], {}, {"keys": None}, {"keys": ["x", 7, None, []]}])
async def test_keys_may_be_anything(page, provider, odd):
    provider.keys = odd
    assert problem_of(await come_back(page, provider)) == "provider"


async def test_one_key_that_nobody_can_read_spoils_no_other(page, provider):
    kinds: list[Any] = [
        {"kty": kind, "kid": "x"} for kind in ("RSA", "EC", "OKP", "new", 7, ["RSA"])
    ]
    spoiled = provider.published.as_dict(private=False) | {"kid": "y"}
    provider.odd_keys = [
        "x", 7, None, *kinds,
        {**spoiled, "n": "?"}, {**spoiled, "e": 7}, {**spoiled, "n": ""}, {**spoiled, "kid": 7},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "Ed448", "x": ""},
    ]  # fmt: skip
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


def as_it_is(provider, header, claims):
    """Return a token with any claims: those that the library signs must be characters."""
    return jws.serialize_compact(header, json.dumps(claims).encode(), provider.key)


@pytest.mark.parametrize("name", ["nonce", "sub", "iss", "aud", "azp"])
@pytest.mark.parametrize("value", [HALF, f"7{HALF}", [HALF], {HALF: HALF}])
async def test_half_of_a_character_is_no_claim(page, provider, name, value):
    provider.sign = lambda header, claims: as_it_is(provider, header, {**claims, name: value})
    assert problem_of(await come_back(page, provider)) == "token"


@pytest.mark.parametrize("name", ["email", "roles"])
@pytest.mark.parametrize("value", [HALF, [HALF], {HALF: [HALF]}, 10**400])
async def test_the_other_claims_may_be_anything(page, provider, name, value):
    provider.sign = lambda header, claims: as_it_is(provider, header, claims)
    provider.claims[name] = value
    provider.person = {"sub": "7", "email": HALF, "roles": HALF}
    back = await come_back(page, provider)
    assert back.status_code == 303
    assert name == "email" or problem_of(back) == "role"


HEADERS = [b"7", b"[]", b"{", b'{"alg":7}', b'{"alg":["RS256"]}', b'{"alg":"RS256","kid":{}}',
           b'{"alg":"RS256","kid":["x"]}', b'{"alg":"RS256","crit":7}', b'{"alg":"RS256","jwk":7}',
           b'{"alg":"RS256","b64":false,"crit":["b64"]}', b"\xff"]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS)
async def test_a_tokens_header_may_be_anything(page, provider, header):
    def spoiled(known, claims):
        _, rest = provider._signed(known, claims).split(".", 1)
        return f"{base64.urlsafe_b64encode(header).rstrip(b'=').decode()}.{rest}"

    provider.sign = spoiled
    assert problem_of(await come_back(page, provider)) == "token"


@pytest.mark.parametrize("odd", [*ODD.values(), HALF, "a\r\nb: c", "x" * 5_000])
async def test_the_other_tokens_may_be_anything(page, provider, odd):
    provider.more = {"refresh_token": odd, "access_token": odd}
    provider.claims = {"roles": ["read"]}
    provider.person = {"sub": "7"}
    assert (await come_back(page, provider)).status_code == 303
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code < 500


@pytest.mark.parametrize(
    "subject", ["é" * 127, "x" * SUBJECT_BYTES, '"' * SUBJECT_BYTES, "名" * 85, "\U0001f600" * 63]
)
async def test_every_subject_that_is_taken_gives_a_session_that_opens(page, provider, subject):
    provider.claims |= {"sub": subject, "email": "\U0001f600" * NAME_CHARS}
    assert (await come_back(page, provider)).headers["location"] == CONSOLE
    session = (await page.get("/console/auth/session")).json()["session"]
    assert session["who"].endswith(f"({subject})")


@pytest.mark.parametrize("subject", ["x" * 256, "é" * 128])
async def test_a_longer_subject_is_refused(page, provider, subject):
    provider.claims["sub"] = subject
    assert problem_of(await come_back(page, provider)) == "token"


def test_the_longest_session_is_opened():
    for one in ('"', "\\", "\U0001f600"):
        subject = one * (SUBJECT_BYTES // len(one.encode()))
        session = Session(
            f"{one * NAME_CHARS} ({subject})", subject, "operate", 2**40, "s" * 22, 2**40
        )
        token = signed(session, KEY)
        assert len(token) <= CHARS_MAX
        assert opened(token, [KEY.encode()]) == session


class Endless:
    """A server that sends a body without an end, and counts what it could send."""

    def __init__(self) -> None:
        self.sent = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[")
        try:
            while True:
                writer.write(b" " * 65_536)
                await writer.drain()
                self.sent += 65_536
        except ConnectionError:
            writer.close()


async def test_no_more_is_read_than_an_answer_may_have(provider):
    endless = Endless()
    listening = await asyncio.start_server(endless, "127.0.0.1", 0)
    provider.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening, browser(settings_for(provider)) as page:
        assert problem_of(await page.get("/console/auth/sign-in")) == "provider"
        assert endless.sent < 20 * BYTES_MAX  # what the sockets hold, too


async def test_deep_json_is_no_answer(page, provider):
    provider.keys = json.loads("[" * 900 + "]" * 900)
    assert problem_of(await come_back(page, provider)) == "provider"


async def test_the_connection_to_the_servers_ends_with_the_process(provider, server):
    servers = Servers(server)
    app = make_app(
        more_routes=sign_in_routes(settings_for(provider), KEY, servers), on_stop=servers.close
    )
    async with app.router.lifespan_context(app):
        await servers.check(signed(Session("anna", "7", "read", 2**40, "s", 2**40), KEY))
        channel = servers._server._channel
        assert channel.get_state() is not grpc.ChannelConnectivity.SHUTDOWN
    assert channel.get_state() is grpc.ChannelConnectivity.SHUTDOWN
