"""What an ID token must be (OpenID Connect Core 1.0, section 3.1.3.7)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError

from headwater_server.web.oidc.problems import TOKEN, SignInError
from headwater_server.web.oidc.provider import Provider

ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""Signatures with a key pair; neither "none" nor HMAC, whose key would be the client's secret."""
SKEW_S = 60
"""By how much the provider's clock and ours may differ."""


async def claims_of(
    token: Any,
    provider: Provider,
    client_id: str,
    nonce: str | None,
    now_s: Callable[[], float] = time.time,
) -> Mapping[str, Any]:
    """Return the claims of a valid token. ``nonce`` None: a renewed one, which needs none.

    Raises `SignInError`. A key that is unknown or does not fit is looked for once at the provider,
    which may have a new one.
    """
    if not isinstance(token, str):
        raise SignInError(TOKEN, "the provider returned no id_token; oidc_scopes needs openid")
    try:
        try:
            found = jwt.decode(token, await provider.keys(), algorithms=ALGORITHMS)
        except (InvalidKeyIdError, BadSignatureError):  # keys without a name may change, too
            found = jwt.decode(token, await provider.keys(newest=True), algorithms=ALGORITHMS)
        _registry(provider.issuer, client_id, int(now_s())).validate(found.claims)
    except (JoseError, ValueError, TypeError) as error:
        raise SignInError(TOKEN, f"id_token: {_why(error)}") from None
    claims: Mapping[str, Any] = found.claims
    _check_rest(claims, client_id, nonce)
    return claims


def _registry(issuer: str, client_id: str, now_s: int) -> jwt.JWTClaimsRegistry:
    return jwt.JWTClaimsRegistry(
        now=now_s,
        leeway=SKEW_S,
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": client_id},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    )


def _check_rest(claims: Mapping[str, Any], client_id: str, nonce: str | None) -> None:
    party = claims.get("azp")
    if party is not None and party != client_id:
        raise SignInError(TOKEN, "id_token: azp is another client")
    if isinstance(claims["aud"], list) and len(claims["aud"]) > 1 and party is None:
        raise SignInError(TOKEN, "id_token: several audiences, and no azp")
    given = str(claims.get("nonce", ""))
    if nonce is not None and not hmac.compare_digest(_bytes(given), _bytes(nonce)):
        raise SignInError(TOKEN, "id_token: the nonce is not that of this sign-in")


def _bytes(text: str) -> bytes:
    """Return it as bytes, whatever it is: a provider may send half of a character."""
    return text.encode(errors="backslashreplace")


def _why(error: Exception) -> str:
    """Return the kind of error, and the claim's name; never a value."""
    claim = getattr(error, "claim", "")
    kind = getattr(error, "error", "") or type(error).__name__
    return f"{kind} {claim}".strip()
