"""Whether a target is on this machine: calls to it never go through a proxy."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import unquote

_SCHEME = re.compile(r"(dns|ipv4|ipv6):(?://[^/]*/)?")
_PORT = re.compile(r":[^:\]]*$")


def is_loopback(target: str) -> bool:
    """Return whether all addresses of a gRPC target are this machine's own.

    >>> [is_loopback(each) for each in ("localhost:1", "127.0.1.1:1", "[::1]:1", "unix:/run/shop")]
    [True, True, True, True]
    >>> [is_loopback(each) for each in ("dns:///localhost:1", "ipv4:127.0.0.1:1,127.0.0.2:1")]
    [True, True]
    >>> [is_loopback(each) for each in ("shop.example:1", "10.0.0.1:1", "localhost.shop.example")]
    [False, False, False]
    """
    if target.startswith(("unix:", "unix-abstract:")):
        return True
    return all(
        _is_loopback_host(each) for each in _SCHEME.sub("", unquote(target), count=1).split(",")
    )


def _is_loopback_host(address: str) -> bool:
    host = (
        address if address.count(":") > 1 and "[" not in address else _PORT.sub("", address)
    ).strip("[]")
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        number = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None) or number
    return mapped.is_loopback or mapped.is_unspecified  # to connect to 0.0.0.0 is to call oneself
