"""A small OpenID Connect provider whose answers a test may spoil, one by one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.integration.api_server import free_port

CLIENT, SECRET = "console", "the-secret-of-the-console-at-its-provider"
AWAY = Response("<h1>Bad gateway</h1>", 502)
Spoil = Callable[[dict[str, Any], dict[str, Any]], None]


def new_key(kid: str) -> RSAKey:
    """Return a key of that name."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


def _json(content: Any) -> Response:
    """Return anything as JSON, also half of a character."""
    return Response(json.dumps(content), media_type="application/json")


class SpoiledProvider:
    """Gives codes for the asking; `claims` are the person's, `spoil` changes header and claims."""

    def __init__(self) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.key = self.published = new_key("first")
        self.claims: dict[str, Any] = {"email": "anna@shop.example", "roles": ["operate"]}
        self.person: dict[str, Any] | None = None
        self.spoil: Spoil = lambda header, claims: None
        self.document: dict[str, Any] = {}
        self.keys: Any = None
        self.odd_keys: list[Any] = []
        self.more: dict[str, Any] = {}
        self.codes: dict[str, dict[str, Any]] = {}
        self.refreshed: set[str] = set()
        self.refresh_token = ""
        self.away = False
        self.sign: Callable[[dict[str, Any], dict[str, Any]], str] = self._signed

    def _signed(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        return jwt.encode(header, claims, self.key)

    def authorize(self, url: str, **changes: str) -> dict[str, str]:
        """Do as the provider's page does after a login; return the query that it sends back."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url} | changes

    def routes(self) -> list[Route]:
        return [
            Route("/.well-known/openid-configuration", self._discovery),
            Route("/keys", self._keys),
            Route("/token", self._token, methods=["POST"]),
            Route("/person", self._person),
        ]

    async def _discovery(self, _request: Request) -> Response:
        if self.away:
            return AWAY
        paths = {
            "authorization_endpoint": "/authorize",
            "token_endpoint": "/token",
            "jwks_uri": "/keys",
            "userinfo_endpoint": "/person",
            "end_session_endpoint": "/end",
        }
        urls = {name: self.url + path for name, path in paths.items()}
        return _json({"issuer": self.url, **urls, **self.document})

    async def _keys(self, _request: Request) -> Response:
        if self.away:
            return AWAY
        own = self.published.as_dict(private=False)
        return _json(self.keys if self.keys is not None else {"keys": [*self.odd_keys, own]})

    async def _person(self, request: Request) -> Response:
        assert request.headers["authorization"] == "Bearer the-access-token"
        return JSONResponse({"sub": "7"} if self.person is None else self.person)

    async def _token(self, request: Request) -> Response:
        if self.away:
            return AWAY
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        assert request.headers["authorization"] == f"Basic {basic}"
        form = {
            name: values[0] for name, values in parse_qs((await request.body()).decode()).items()
        }
        if form["grant_type"] == "refresh_token":
            return self._answer("")
        asked = self.codes.pop(form["code"], None)
        if asked is None or asked["redirect_uri"] != form["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return self._answer(asked["nonce"])

    def _answer(self, nonce: str) -> Response:
        now = int(time.time())
        header: dict[str, Any] = {"alg": "RS256", "kid": self.key.kid}
        claims = {"iss": self.url, "aud": CLIENT, "sub": "7", "iat": now, "exp": now + 300}
        claims |= {"nonce": nonce} if nonce else {}
        claims |= self.claims
        self.spoil(header, claims)
        answer = {"access_token": "the-access-token", "id_token": self.sign(header, claims)}
        more = {"refresh_token": self.refresh_token} if self.refresh_token else {}
        return _json({**answer, **more, "token_type": "Bearer", **self.more})


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    """Return a token of the algorithm none."""
    parts = ({**header, "alg": "none"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return ".".join(text.decode() for text in texts) + "."


@asynccontextmanager
async def running_provider() -> AsyncIterator[SpoiledProvider]:
    """Serve one on a free port."""
    provider = SpoiledProvider()
    port = urlsplit(provider.url).port
    assert port is not None
    config = uvicorn.Config(
        Starlette(routes=provider.routes()), host="127.0.0.1", port=port, log_config=None
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server._serve())
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield provider
    finally:
        server.should_exit = True
        await serving
