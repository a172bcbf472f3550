"""From claims to a session: who the person is, and the role."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater_server.gateway.sign_in_settings import ROLES, SignInSettings
from headwater_server.web.oidc.problems import ROLE, TOKEN, SignInError

NAME_CHARS = 64
SUBJECT_BYTES = 255  # as many as OpenID Connect allows; with it a session fits in CHARS_MAX
UNVERIFIED = (False, "false", "False")  # some providers send text


def role_of(claims: Mapping[str, Any], settings: SignInSettings) -> str | None:
    """Return the strongest role of a person, None if there is none.

    >>> role_of({"realm": {"roles": ["staff", "read", "edit"]}}, SignInSettings(
    ...     oidc_role_claim="realm.roles"))
    'edit'
    """
    known = settings.role_of_value
    found = {known.get(value) for value in _values(claim(claims, settings.oidc_role_claim))}
    return next((role for role in reversed(ROLES) if role in found), None)


def claim(claims: Mapping[str, Any], name: str) -> Any:
    """Return a claim by its whole name, else by the parts between the dots; None if absent."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _values(found: Any) -> list[str]:
    if isinstance(found, str):
        return [found, *found.split()]
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []


def who(claims: Mapping[str, Any], settings: SignInSettings) -> str:
    """Return what the log keeps: the name, and the subject, which never changes.

    >>> who({"sub": "7", "email": "anna@shop.example"}, SignInSettings())
    'anna@shop.example (7)'
    >>> who({"sub": "7", "email": "ceo@shop.example", "email_verified": False}, SignInSettings())
    '7'
    """
    subject = subject_of(claims)
    name = claim(claims, settings.oidc_name_claim)
    if not isinstance(name, str) or name == subject:
        return subject
    if settings.oidc_name_claim == "email" and claims.get("email_verified") in UNVERIFIED:
        return subject  # anybody can type such an address
    shown = "".join(one for one in name if one.isprintable())[:NAME_CHARS].strip()
    return f"{shown} ({subject})" if shown else subject


def subject_of(claims: Mapping[str, Any]) -> str:
    """Return the provider's stable id of the person."""
    subject = claims["sub"]
    if not subject or not subject.isprintable() or len(subject.encode()) > SUBJECT_BYTES:
        raise SignInError(TOKEN, "id_token: sub is empty, too long, or not printable")
    return str(subject)


def checked_role(claims: Mapping[str, Any], settings: SignInSettings) -> str:
    """Return the role; `SignInError` without one."""
    role = role_of(claims, settings)
    if role is None:
        raise SignInError(ROLE, f"no value of the claim {settings.oidc_role_claim} gives a role")
    return role
