"""The flow of a sign-in: to the provider, back with a code, renewed, ended."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from headwater_server.api.access.sessions import Session
from headwater_server.gateway.sign_in_settings import SignInSettings
from headwater_server.web.oidc import persons
from headwater_server.web.oidc.id_token import claims_of
from headwater_server.web.oidc.problems import DENIED, STATE, TOKEN, SignInError
from headwater_server.web.oidc.provider import Provider

SESSION_MAX_S = 12 * 3_600.0


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session, and the refresh token that renews it, "" for none. ``since_s``: the sign-in."""

    session: Session
    refresh_token: str
    since_s: float


class SignIn:
    """Each method raises `SignInError`."""

    def __init__(self, settings: SignInSettings, provider: Provider) -> None:
        """Use the client of the settings."""
        self._settings = settings
        self._provider = provider

    async def begin(self, redirect_uri: str) -> tuple[str, dict[str, str]]:
        """Return where to send the browser, and what to remember until it comes back."""
        document = await self._provider.document()
        kept = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        asked = {
            "response_type": "code",
            "client_id": str(self._settings.oidc_client_id),
            "redirect_uri": redirect_uri,
            "scope": " ".join(self._settings.oidc_scopes),
            "state": kept["state"],
            "nonce": kept["nonce"],
            "code_challenge": _challenge(kept["verifier"]),
            "code_challenge_method": "S256",
        }
        if "offline_access" in self._settings.oidc_scopes:
            asked["prompt"] = "consent"  # without it a provider gives no refresh token
        return _with_query(document["authorization_endpoint"], asked), kept

    async def finish(
        self, said: Mapping[str, str], kept: Mapping[str, Any] | None, redirect_uri: str
    ) -> SignedIn:
        """Return the session for what the provider sent the browser back with."""
        if kept is None or not hmac.compare_digest(
            said.get("state", "").encode(), str(kept["state"]).encode()
        ):
            raise SignInError(STATE, "the state is not that of a sign-in of this browser")
        issuer = said.get("iss")  # RFC 9207: the answer of another provider
        if issuer is not None and issuer != self._provider.issuer:
            raise SignInError(TOKEN, "the answer is of another issuer")
        if "code" not in said:
            raise SignInError(DENIED, f"the provider answers {said.get('error', 'no code')[:60]}")
        tokens = await self._provider.tokens(
            {
                "grant_type": "authorization_code",
                "code": said["code"],
                "redirect_uri": redirect_uri,
                "code_verifier": kept["verifier"],
            }
        )
        now_s, sid = time.time(), secrets.token_urlsafe(16)
        return await self._signed_in(tokens, kept["nonce"], now_s, None, sid)

    async def renew(self, refresh_token: str, subject: str, since_s: float, sid: str) -> SignedIn:
        """Return the session ``sid`` of the same person for longer, with the roles of now."""
        if time.time() - since_s > SESSION_MAX_S:
            raise SignInError(STATE, "the session is over 12 hours old")
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        tokens = {"refresh_token": refresh_token, **await self._provider.tokens(form)}
        return await self._signed_in(tokens, None, since_s, subject, sid)

    async def end_url(self, back: str) -> str:
        """Return where the browser ends the session at the provider, ``back`` if it has no such."""
        try:
            url = (await self._provider.document()).get("end_session_endpoint")
            self._provider.check_url("end_session_endpoint", url)
        except SignInError:
            return back
        client = str(self._settings.oidc_client_id)
        return _with_query(str(url), {"client_id": client, "post_logout_redirect_uri": back})

    async def _signed_in(
        self,
        tokens: Mapping[str, Any],
        nonce: str | None,
        since_s: float,
        subject: str | None,
        sid: str,
    ) -> SignedIn:
        client_id = str(self._settings.oidc_client_id)
        claims = await claims_of(tokens.get("id_token"), self._provider, client_id, nonce)
        if subject is not None and claims["sub"] != subject:
            raise SignInError(TOKEN, "id_token: is of another person than the session")
        claims = await self._completed(claims, tokens)
        role = persons.checked_role(claims, self._settings)
        seconds = min(self._settings.oidc_session_minutes * 60, SESSION_MAX_S)
        expires_s = int(min(time.time() + seconds, since_s + SESSION_MAX_S))
        name = persons.who(claims, self._settings)
        until_s = int(since_s + SESSION_MAX_S) + 1
        session = Session(name, persons.subject_of(claims), role, expires_s, sid, until_s)
        return SignedIn(session, str(tokens.get("refresh_token") or ""), since_s)

    async def _completed(
        self, claims: Mapping[str, Any], tokens: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Add what only the userinfo endpoint has, if a claim that is needed is missing."""
        needed = (self._settings.oidc_role_claim, self._settings.oidc_name_claim)
        if all(persons.claim(claims, name) is not None for name in needed):
            return claims
        more = await self._provider.person(str(tokens.get("access_token") or ""))
        if more and more.get("sub") != claims["sub"]:
            raise SignInError(TOKEN, "userinfo is of another person than the id_token")
        missing = [name for name in needed if persons.claim(claims, name) is None]
        return {**more, **claims, **{name: persons.claim(more, name) for name in missing}}


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _with_query(url: str, values: Mapping[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(values)}"
