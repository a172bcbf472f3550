"""Who calls: key and address as one text, which leaves this process as a keyed hash only."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.api.errors import Context
from headwater_server.api.settings import ApiSettings
from headwater_server.observability.request import current
from headwater_server.replica.caller import Caller


def caller_of(context: Context, settings: ApiSettings) -> Caller:
    """Return what tells this caller from others, and whether it is a page."""
    metadata = dict(context.invocation_metadata() or ())
    forwarded = metadata.get("x-forwarded-for", "") if settings.trust_forwarded_for else ""
    hops = _hops(forwarded)
    host = hops[-1] if hops else host_of(context.peer())
    key = metadata.get("authorization", "")
    return Caller(f"{key!r} {host}", is_page=is_page())


def is_page() -> bool:
    """Return whether the call that is under way came with a publishable key."""
    request = current.get()
    return request is not None and request.is_page


def _hops(forwarded: str | bytes) -> list[str]:
    text = forwarded if isinstance(forwarded, str) else ""
    hops: Iterable[str] = (hop.strip() for hop in text.split(","))
    return [hop for hop in hops if hop]


def host_of(peer: str) -> str:
    """Return the address without its port, which each connection has another one of.

    >>> host_of("ipv4:10.0.0.7:52110"), host_of("ipv6:%5B::1%5D:52110"), host_of("unix:")
    ('ipv4:10.0.0.7', 'ipv6:%5B::1%5D', 'unix')
    """
    return peer.rpartition(":")[0]
