"""The URL of a store: what is wrong with it, and how it is shown without its password."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from headwater_server.storage.redis.store_url import (
    CLUSTER,
    SENTINEL,
    host_text,
    hosts_of,
    kind_of,
)

SCHEMES = ("redis", "rediss", "unix", *SENTINEL, *CLUSTER)
FORM = (
    "write redis://host:6379/0, rediss://…, unix://…, redis+sentinel://host:26379,host2/NAME/0 or "
    "redis+cluster://host:6379,host2"
)
_QUERY_SECRET = re.compile(r"((?:password|username)=)[^&\s'\"]*", re.IGNORECASE)
_NAME = re.compile(r"/[\w.:-]+(/\d+)?", re.ASCII)


def url_problem(url: str) -> str:
    """Return what is wrong with a URL and how to write it, without any part of it; "" if nothing.

    >>> url_problem("redis://:secret@store:6379/0"), url_problem("rediss://[::1]/2?ssl_ca_certs=x")
    ('', '')
    >>> url_problem("valkey://:secret@store:1")[:46]
    'write redis://host:6379/0, rediss://…, unix://'
    >>> url_problem("redis://store:6379/shop")
    'write the number of the database behind the last /, such as redis://host:6379/0'
    >>> url_problem("redis+sentinel://a:1,b,[::1]/shop/0"), url_problem("redis+cluster://a,b:1")
    ('', '')
    >>> url_problem("redis+sentinel://a:1,b")[:50]
    'write the name that the sentinels have for the pri'
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
    return _hosts_problem(url, kind_of(url)) or _path_problem(url, kind_of(url))


def _hosts_problem(url: str, kind: str) -> str:
    try:
        hosts = hosts_of(url)
    except ValueError:
        return f"{FORM}; a port is a number up to 65535, write an IPv6 address in [ ]"
    if not all(host for host, _ in hosts):
        return f"there is no host: {FORM}"
    if not all(port for _, port in hosts):
        return "a port is a number from 1 to 65535"
    if len(hosts) > 1 and kind == "one":
        return (
            "several hosts need redis+sentinel://host:26379,host2/NAME/0 or "
            "redis+cluster://host:6379,host2"
        )
    return ""


def _path_problem(url: str, kind: str) -> str:
    path = urlsplit(url).path
    if kind == "sentinel" and not _NAME.fullmatch(path):
        return (
            "write the name that the sentinels have for the primary, and the number of the "
            "database: redis+sentinel://host:26379,host2/NAME/0"
        )
    if kind == "cluster" and path not in ("", "/", "/0"):
        return "a cluster has only the database 0: redis+cluster://host:6379,host2"
    if kind == "one" and not re.fullmatch(r"/?\d*", path):
        return "write the number of the database behind the last /, such as redis://host:6379/0"
    return ""


def shown_url(text: str) -> str:
    """Return text with a URL in it, with the name and password of every user as ***.

    >>> shown_url("redis://shop:sec@ret@store:6379/0"), shown_url("redis://store?password=secret")
    ('redis://***@store:6379/0', 'redis://store?password=***')
    >>> shown_url("redis:/:secret@store"), shown_url("redis://store:1")
    ('***@store', 'redis://store:1')
    >>> shown_url("redis+sentinel://:a@b,c/shop/0?sentinel_password=d")
    'redis+sentinel://***@b,c/shop/0?sentinel_password=***'
    """
    before, at, after = text.rpartition("@")
    if at:
        scheme, separator, _ = before.partition("://")
        text = f"{scheme}{separator}***@{after}" if separator else f"***@{after}"
    return _QUERY_SECRET.sub(r"\1***", text)


def address_of(url: str) -> tuple[str, int] | None:
    """Return host and port; None for a unix socket, and where several hosts may have the log.

    >>> address_of("rediss://:x@[::1]"), address_of("unix:///tmp/s")
    (('::1', 6379), None)
    """
    if url.startswith("unix:") or kind_of(url) != "one":
        return None
    return hosts_of(url)[0]


def place_of(url: str) -> str:
    """Return where the store is, as messages name it: its hosts and ports, or the socket's path.

    >>> place_of("redis://:x@h"), place_of("redis+sentinel://:x@[::1],h:1/shop/0")
    ('h:6379', 'shop at the sentinels [::1]:26379,h:1')
    """
    if url.startswith("unix:"):
        return urlsplit(url).path
    hosts = ",".join(host_text(address) for address in hosts_of(url))
    if kind_of(url) == "sentinel":
        return f"{urlsplit(url).path.split('/')[1]} at the sentinels {hosts}"
    return hosts
