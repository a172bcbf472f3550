"""Identifies a caller by key and address; only a keyed hash of them leaves this process."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from urllib.parse import unquote

from headwater_server.api.errors import Context
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.request import current
from headwater_server.replica.writes.caller import Caller

LOOPBACK = ("ipv4:127.", "ipv6:%5B::1%5D")


def caller_of(context: Context, settings: ApiSettings) -> Caller:
    """Return the caller's identity, and whether it is a page."""
    hops = _hops(context) if settings.trust_forwarded_for else []
    host = hops[-1] if hops else host_of(context.peer())
    # the key as in the settings: two spellings of one header are the same caller
    request = current.get()
    key = request.key if request is not None else ""
    return Caller(f"{key} {network_of(host)}", is_page=is_page())


def source_of(context: Context, settings: ApiSettings) -> str:
    """Return where a call comes from: a network, or one connection of this machine."""
    hops = _hops(context) if settings.trust_forwarded_for else []
    return network_of(hops[-1]) if hops else source_of_peer(context.peer())


@lru_cache(maxsize=4_096)
def source_of_peer(peer: str) -> str:
    """Return the network of a connection's other end; on this machine, the connection itself.

    >>> source_of_peer("ipv4:10.0.0.7:52110"), source_of_peer("ipv4:127.0.0.1:52110")
    ('ipv4:10.0.0.7', 'ipv4:127.0.0.1:52110')
    """
    host = host_of(peer)
    return peer if host.startswith(LOOPBACK) else network_of(host)


def is_page() -> bool:
    """Return whether the current call came with a publishable key."""
    request = current.get()
    return request is not None and request.is_page


def key_name() -> str:
    """Return the name of the key that the current call came with; "" if it has none."""
    request = current.get()
    return "" if request is None else request.key_name


def _hops(context: Context) -> list[str]:
    forwarded = dict(context.invocation_metadata() or ()).get("x-forwarded-for", "")
    text = forwarded if isinstance(forwarded, str) else ""
    hops: Iterable[str] = (hop.strip() for hop in text.split(","))
    return [hop for hop in hops if hop]


@lru_cache(maxsize=4_096)
def network_of(host: str) -> str:
    """Return the customer's network: each customer has 2**64 IPv6 addresses and may use them all.

    >>> network_of("2001:db8::1"), network_of("ipv6:%5B2001:db8::2%5D"), network_of("10.0.0.7")
    ('2001:db8::/64', '2001:db8::/64', '10.0.0.7')
    >>> network_of("::ffff:10.0.0.7"), network_of("unix")
    ('10.0.0.7', 'unix')
    """
    plain = unquote(host).removeprefix("ipv6:").strip("[]")
    try:
        address = ip_address(plain)
    except ValueError:  # no address, or an IPv4 one as gRPC writes it
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or IPv6Network((int(address), 64), strict=False))


def host_of(peer: str) -> str:
    """Return the address without its port, which differs for each connection.

    >>> host_of("ipv4:10.0.0.7:52110"), host_of("ipv6:%5B::1%5D:52110"), host_of("unix:")
    ('ipv4:10.0.0.7', 'ipv6:%5B::1%5D', 'unix')
    """
    return peer.rpartition(":")[0]
