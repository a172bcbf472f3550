"""Refuses requests for other hosts: a foreign page may give its own name our address.

A browser then takes what we answer for that page's own. It names the page's host in the header
``Host``, so a name that is not ours is refused. An IP address is no name that anybody can own, and
a name without a dot is none that a page on the internet can have.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?")
SHOWN_CHARS = 100
MISDIRECTED = 421


def hosts_of(listen: str, allowed: Iterable[str], origins: Iterable[str]) -> frozenset[str]:
    """Return the names that are ours: where we listen, those given, those of allowed pages.

    >>> sorted(hosts_of("here.example:8081", ["Shop.example"], ["https://www.shop.example:8443"]))
    ['here.example', 'shop.example', 'www.shop.example']
    """
    pages = (urlsplit(origin).hostname or "" for origin in origins)
    names = (listen.rpartition(":")[0], *allowed, *pages)
    return frozenset(name.strip("[]").lower() for name in names if name)


def is_ours(host: str, names: Iterable[str]) -> bool:
    """Return whether a header ``Host`` names this process.

    >>> is_ours("127.0.0.1:8081", []), is_ours("localhost", []), is_ours("evil.example", [])
    (True, True, False)
    """
    match = HOST.fullmatch(host)
    if match is None:
        return False
    name = match[1].strip("[]").lower().removesuffix(".")
    return name in names or "." not in name or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class AllowedHosts:
    """Answers 421 to other hosts."""

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        """Wrap ``app``."""
        self._app = app
        self._names = names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as ``app`` does, if the host is ours."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        hosts = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(hosts) == 1 and is_ours(hosts[0], self._names):
            await self._app(scope, receive, send)
            return
        shown = re.sub(r"[^!-~]", "?", ", ".join(hosts))[:SHOWN_CHARS] or "none"
        text = f"This process does not serve the host {shown}: name it in allowed_hosts.\n"
        await PlainTextResponse(text, MISDIRECTED)(scope, receive, send)
