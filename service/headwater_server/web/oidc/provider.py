"""The provider: its discovery document, its keys, and the calls that get tokens."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from joserfc.jwk import Key, KeySet

from headwater_server.gateway.sign_in_settings import SignInSettings
from headwater_server.web.oidc.problems import DENIED, PROVIDER, STATE, SignInError

DISCOVERY = "/.well-known/openid-configuration"
KEPT_S = 3_600.0  # a provider changes its endpoints rarely, and keeps the old keys for a while
AGAIN_S = 5.0  # unknown keys are looked for at most this often
TIMEOUT_S = 10.0
BYTES_MAX = 1_000_000
PLAIN = {"accept-encoding": "identity"}
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Provider:
    """Everything is read when it is first needed: a provider that is away stops no start."""

    def __init__(
        self, settings: SignInSettings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Use the issuer of the settings, which must be set."""
        self.issuer = str(settings.oidc_issuer)
        self._id = str(settings.oidc_client_id)
        secret = settings.oidc_client_secret
        self._secret = secret.get_secret_value() if secret else ""
        self._clock = clock
        self._document: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def document(self) -> Mapping[str, Any]:
        """Return the discovery document of exactly this issuer."""
        now_s = self._clock()
        if self._document is None or now_s - self._document[0] > KEPT_S:
            found = await self._json("GET", self.issuer.rstrip("/") + DISCOVERY)
            if found.get("issuer") != self.issuer:
                named = str(found.get("issuer"))[:200]
                text = f"the discovery document is of the issuer {named!r}, not of oidc_issuer"
                raise SignInError(PROVIDER, text)
            for name in NEEDED:
                self.check_url(name, found.get(name))
            self._document = now_s, found
        return self._document[1]

    async def keys(self, *, newest: bool = False) -> KeySet:
        """Return the keys that sign tokens; ``newest``: read again, if that is not just done."""
        now_s = self._clock()
        age_s = now_s - self._keys[0] if self._keys else KEPT_S + 1
        if self._keys is None or age_s > (AGAIN_S if newest else KEPT_S):
            document = await self.document()
            found = await self._json("GET", document["jwks_uri"])
            usable = _usable(found)
            if not usable:
                raise SignInError(PROVIDER, "jwks_uri returns no keys that sign")
            self._keys = now_s, KeySet(usable)
        return self._keys[1]

    async def tokens(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Return what the token endpoint gives for a code or a refresh token."""
        document = await self.document()
        methods = document.get("token_endpoint_auth_methods_supported")
        if not isinstance(methods, list):  # as it is meant if it is not there
            methods = ["client_secret_basic"]
        data, auth = {**form, "client_id": self._id}, None
        if self._secret and "client_secret_basic" in methods:
            quoted = (httpx.QueryParams({"v": one}) for one in (self._id, self._secret))
            auth = httpx.BasicAuth(*(str(one)[2:] for one in quoted))
        elif self._secret:
            data["client_secret"] = self._secret
        return await self._json("POST", document["token_endpoint"], data=data, auth=auth)

    async def person(self, access_token: str) -> Mapping[str, Any]:
        """Return the claims of the userinfo endpoint, {} if there is none."""
        url = (await self.document()).get("userinfo_endpoint")
        if not url or not access_token:
            return {}
        self.check_url("userinfo_endpoint", url)
        return await self._json("GET", url, headers={"authorization": f"Bearer {access_token}"})

    def check_url(self, name: str, url: Any) -> None:
        """Refuse what would send secrets in the clear, except to this machine."""
        if not isinstance(url, str):
            raise SignInError(PROVIDER, f"the discovery document has no {name}")
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):  # ValueError: half of a character
            raise SignInError(PROVIDER, f"{name} is no address") from None
        if parsed.scheme != "https" and parsed.host not in LOOPBACK:
            raise SignInError(PROVIDER, f"{name} is no https address")

    async def _json(self, method: str, url: str, **asked: Any) -> Mapping[str, Any]:
        """Return the answer; a redirect is an error, since it would take the secret elsewhere."""
        self.check_url("the issuer", url)
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(timeout=TIMEOUT_S, headers=PLAIN) as client,
                client.stream(method, url, **asked) as answer,
            ):
                said = json.loads(await _content(answer))
        except (httpx.HTTPError, ValueError, TimeoutError, RecursionError) as error:
            raise SignInError(PROVIDER, f"{url}: {type(error).__name__}") from None
        if not isinstance(said, dict):
            raise SignInError(PROVIDER, f"{url}: returns no JSON object")
        if answer.is_success:
            return said
        problem = str(said.get("error", ""))[:60]
        code = STATE if problem == "invalid_grant" else PROVIDER
        code = DENIED if problem == "access_denied" else code
        raise SignInError(code, f"{url}: {answer.status_code} {problem}")


async def _content(answer: httpx.Response) -> bytes:
    """Return the body; nothing is read, or unpacked, beyond what an answer may have."""
    content = bytearray()
    async for some in answer.aiter_raw():
        content += some
        if len(content) > BYTES_MAX:
            raise ValueError
    return bytes(content)


def _usable(found: Mapping[str, Any]) -> list[Key]:
    """Return the keys that sign with an algorithm that we take; others may be of any kind."""
    listed = found.get("keys")
    given = listed if isinstance(listed, list) else []
    return [key for one in given if (key := _key(one)) is not None]


def _key(given: Any) -> Key | None:
    kinds = ("RSA", "EC", "OKP")
    if not isinstance(given, dict) or given.get("kty") not in kinds or given.get("use") == "enc":
        return None
    try:
        return KeySet.import_key_set({"keys": [given]}).keys[0]
    except Exception:  # noqa: BLE001 - the libraries below raise anything; such a key is not used
        return None
