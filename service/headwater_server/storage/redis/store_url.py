"""Takes the URL of a store apart: one server, several sentinels, or nodes of a cluster."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

SENTINEL = ("redis+sentinel", "rediss+sentinel")
CLUSTER = ("redis+cluster", "rediss+cluster")
PORT, SENTINEL_PORT = 6379, 26379
_HOST = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.%\w]+)\]|(?P<name>[^\[\]:,]*))(?::(?P<port>\d+))?")
Address = tuple[str, int]


@dataclass(frozen=True, slots=True)
class StoreUrl:
    """``one`` is the URL of a single server, as redis-py reads it, with user and options.

    ``sentinel`` is the same for a sentinel; ``service`` is the name that they have for the primary.
    """

    kind: str
    hosts: tuple[Address, ...]
    one: str
    sentinel: str = ""
    service: str = ""


def kind_of(url: str) -> str:
    """Return "one", "sentinel" or "cluster".

    >>> kind_of("rediss+sentinel://h/shop/0"), kind_of("redis+cluster://h"), kind_of("redis://h")
    ('sentinel', 'cluster', 'one')
    """
    scheme = url.partition("://")[0]
    return "sentinel" if scheme in SENTINEL else "cluster" if scheme in CLUSTER else "one"


def hosts_of(url: str) -> tuple[Address, ...]:
    """Return hosts and ports. Raises ValueError if a port is no number up to 65535.

    >>> hosts_of("redis+sentinel://:p@[::1]:1,b/shop/0"), hosts_of("redis://h:2/0")
    ((('::1', 1), ('b', 26379)), (('h', 2),))
    """
    port = SENTINEL_PORT if kind_of(url) == "sentinel" else PORT
    rest = re.split(r"[/?#]", url.partition("://")[2], maxsplit=1)[0]
    return tuple(_address(text, port) for text in rest.rpartition("@")[2].split(","))


def _address(text: str, port: int) -> Address:
    match = _HOST.fullmatch(text)
    if match is None or int(match["port"] or 0) > 65_535:
        raise ValueError("not a host and port")
    return match["six"] or match["name"], int(match["port"]) if match["port"] else port


def host_text(address: Address) -> str:
    """Return host:port, an IPv6 address in brackets."""
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def parsed(url: str) -> StoreUrl:
    """Take a URL apart that `url_problem` finds nothing wrong with.

    >>> found = parsed("redis+sentinel://u:p@a,b:1/shop/2?sentinel_password=s&sentinel_tls=yes")
    >>> found.one, found.sentinel, found.service
    ('redis://u:p@a:26379/2', 'rediss://:s@a:26379', 'shop')
    >>> parsed("rediss+cluster://:p@a,b?ssl_ca_certs=x").one
    'rediss://:p@a:6379?ssl_ca_certs=x'
    """
    kind = kind_of(url)
    if kind == "one":
        hosts = () if url.startswith("unix:") else hosts_of(url)
        return StoreUrl(kind, hosts, url)
    parts, hosts = urlsplit(url), hosts_of(url)
    options = parse_qsl(parts.query, keep_blank_values=True)
    ours = {name: value for name, value in options if name.startswith("sentinel_")}
    query = urlencode([one for one in options if not one[0].startswith("sentinel_")])
    scheme, user = parts.scheme.partition("+")[0], parts.netloc.rpartition("@")[0]
    service, _, number = parts.path.strip("/").partition("/")
    database = f"/{number}" if kind == "sentinel" and number else ""
    one = _url(scheme, user, hosts[0], database, query)
    if kind == "cluster":
        return StoreUrl(kind, hosts, one)
    return StoreUrl(kind, hosts, one, _sentinel(scheme, hosts[0], ours, query), unquote(service))


def as_cluster(url: str) -> str:
    """Return the URL of the cluster whose node ``url`` names.

    >>> as_cluster("rediss://:p@h:1/0?ssl_ca_certs=x"), as_cluster("redis://h")
    ('rediss+cluster://:p@h:1?ssl_ca_certs=x', 'redis+cluster://h')
    """
    parts = urlsplit(url)
    return urlunsplit((f"{parts.scheme}+cluster", parts.netloc, "", parts.query, ""))


def _sentinel(scheme: str, address: Address, ours: dict[str, str], query: str) -> str:
    secured = ours.get("sentinel_tls", "yes" if scheme == "rediss" else "no")
    is_tls = secured.lower() in ("yes", "true", "1")
    name, password = ours.get("sentinel_username", ""), ours.get("sentinel_password", "")
    user = urlencode({"": password})[1:].replace("+", "%20")
    user = f"{urlencode({'': name})[1:]}:{user}" if name or password else ""
    return _url("rediss" if is_tls else "redis", user, address, "", query if is_tls else "")


def _url(scheme: str, user: str, address: Address, path: str, query: str) -> str:
    at, asked = f"{user}@" if user else "", f"?{query}" if query else ""
    return f"{scheme}://{at}{host_text(address)}{path}{asked}"
