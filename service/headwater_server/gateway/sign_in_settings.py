"""Settings of signing in to the console by OpenID Connect."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr

ROLES = ("read", "edit", "operate")


@dataclass(frozen=True)
class SignInSettings:
    """Each field's meaning, unit and reason are in its ``help`` metadata."""

    oidc_issuer: str | None = field(
        default=None,
        metadata={
            "help": "OpenID Connect issuer whose persons may sign in to the console, as its "
            "discovery document spells it: https://login.example/realms/shop. Needs the extra "
            "oidc, and keys"
        },
    )
    oidc_client_id: str | None = field(
        default=None, metadata={"help": "the console's client ID at the issuer"}
    )
    oidc_client_secret: SecretStr | None = field(
        default=None,
        metadata={
            "help": "secret of that client, better set as HEADWATER_OIDC_CLIENT_SECRET, or @PATH "
            "of a file with it. Not set: a public client, with PKCE alone"
        },
    )
    oidc_console_url: str | None = field(
        default=None,
        metadata={
            "help": "address of the console in browsers: https://ops.example/console/. The issuer "
            "must allow it with auth/callback behind it. Not set: as the request spells it"
        },
    )
    oidc_role_claim: str = field(
        default="roles",
        metadata={"help": "claim with a person's roles; dots lead into it: realm_access.roles"},
    )
    oidc_roles: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "which value of the claim gives which role, comma-separated: "
            "headwater-admins=operate,staff=read. Roles: read, edit, operate; of several the "
            "strongest counts. Not set: the values are the names of the roles"
        },
    )
    oidc_name_claim: str = field(
        default="email",
        metadata={
            "help": "claim with the name that the log keeps of who changed something, with the "
            "subject behind it"
        },
    )
    oidc_scopes: tuple[str, ...] = field(
        default=("openid", "profile", "email"),
        metadata={
            "help": "what the console asks of the issuer, comma-separated; with offline_access "
            "sessions are renewed without signing in again"
        },
    )
    oidc_session_minutes: float = field(
        default=60.0,
        metadata={
            "help": "minutes until a session is renewed at the issuer, with the roles of then, or "
            "ends; after 12 hours it ends in any case"
        },
    )

    @property
    def has_persons(self) -> bool:
        """Whether persons may sign in."""
        return self.oidc_issuer is not None

    @property
    def role_of_value(self) -> dict[str, str]:
        """Return the role of each value of the claim."""
        if not self.oidc_roles:
            return {role: role for role in ROLES}
        pairs = (one.rpartition("=") for one in self.oidc_roles)
        return {value.strip(): role.strip() for value, _, role in pairs}


def sign_in_problem(settings: SignInSettings) -> str:
    """Return what contradicts itself in the settings, "" for nothing.

    >>> sign_in_problem(SignInSettings(oidc_issuer="https://login.example"))
    'oidc_issuer is set, but oidc_client_id is not: the issuer needs to know the console'
    """
    if settings.oidc_issuer is None:
        given = settings.oidc_client_id or settings.oidc_client_secret or settings.oidc_roles
        return "oidc_… settings have no effect without oidc_issuer: set it, too" if given else ""
    if settings.oidc_client_id is None:
        return "oidc_issuer is set, but oidc_client_id is not: the issuer needs to know the console"
    if "openid" not in settings.oidc_scopes:
        return "oidc_scopes lacks openid: without it the issuer says nothing of the person"
    return ""
