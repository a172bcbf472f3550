"""The URL of a store: what is wrong with it, and how it is shown without its password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

SCHEMES = ("redis", "rediss", "unix")
FORM = "write redis://host:6379/0, rediss://… or unix://…"
_QUERY_SECRET = re.compile(r"((?:password|username)=)[^&\s'\"]*", re.IGNORECASE)


def url_problem(url: str) -> str:
    """Return what is wrong with a URL and how to write it, without any part of it; "" if nothing.

    >>> url_problem("redis://:secret@store:6379/0"), url_problem("rediss://[::1]/2?ssl_ca_certs=x")
    ('', '')
    >>> url_problem("valkey://:secret@store:1")
    'write redis://host:6379/0, rediss://… or unix://…'
    >>> url_problem("redis://store:6379/shop")
    'write the number of the database behind the last /, such as redis://host:6379/0'
    """
    scheme, separator, rest = url.partition("://")
    if not (separator and rest and scheme in SCHEMES):
        return FORM
    if re.search(r"\s", url):
        return f"{FORM}, without spaces"
    if scheme == "unix":
        return "" if urlsplit(url).path else "write unix:///path/to/socket"
    if re.search(r"[/?#][^=]*@", rest):
        return (
            "write the characters / ? # of a password as %2F %3F %23: redis://:PASSWORD@host:6379/0"
        )
    return _host_problem(url)


def _host_problem(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return f"{FORM}; a port is a number up to 65535, write an IPv6 address in [ ]"
    if not host:
        return f"there is no host: {FORM}"
    if port == 0:
        return "a port is a number from 1 to 65535"
    if not re.fullmatch(r"/?\d*", parts.path):
        return "write the number of the database behind the last /, such as redis://host:6379/0"
    return ""


def shown_url(text: str) -> str:
    """Return text with a URL in it, with the name and password of every user as ***.

    >>> shown_url("redis://shop:sec@ret@store:6379/0"), shown_url("redis://store?password=secret")
    ('redis://***@store:6379/0', 'redis://store?password=***')
    >>> shown_url("redis:/:secret@store"), shown_url("redis://store:1")
    ('***@store', 'redis://store:1')
    """
    before, at, after = text.rpartition("@")
    if at:
        scheme, separator, _ = before.partition("://")
        text = f"{scheme}{separator}***@{after}" if separator else f"***@{after}"
    return _QUERY_SECRET.sub(r"\1***", text)


def address_of(url: str) -> tuple[str, int] | None:
    """Return host and port; None for a unix socket.

    >>> address_of("rediss://:x@[::1]"), address_of("unix:///tmp/s")
    (('::1', 6379), None)
    """
    parts = urlsplit(url)
    if parts.scheme == "unix" or not parts.hostname:
        return None
    return parts.hostname, parts.port or 6379


def place_of(url: str) -> str:
    """Return where the store is, as messages name it: host:port, or the socket's path."""
    address = address_of(url)
    if address is None:
        return urlsplit(url).path
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
