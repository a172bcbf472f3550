"""Addresses as Envoy needs them: an IP address to listen on, an IP address or a name to call."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass

from headwater_server.api.listening import bind_once


@dataclass(frozen=True, slots=True)
class Address:
    """Where a process listens.

    >>> str(Address.read("[::1]:8080")), Address.read("server:50051").is_name
    ('[::1]:8080', True)
    """

    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> Address:
        """Return the address of ``text``, a host:port that was checked before."""
        host, _, port = text.rpartition(":")
        return cls(host.strip("[]"), int(port))

    @property
    def is_name(self) -> bool:
        """Whether the host is a name that DNS must resolve."""
        try:
            ipaddress.ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def url_host(self) -> str:
        """Return the host as a URL contains it."""
        return f"[{self.host}]" if ":" in self.host else self.host

    def reachable(self) -> Address:
        """Return the address that a process of this machine connects to.

        >>> str(Address("0.0.0.0", 8080).reachable())
        '127.0.0.1:8080'
        """
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared, not bound
        return Address(everywhere.get(self.host, self.host), self.port)

    def resolved(self) -> Address:
        """Return it as an IP address with a port: Envoy resolves no name that it listens on."""
        found = socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
        family, *_, place = found[0]
        return Address(str(place[0]), self.port or free_port(family, str(place[0])))

    def __str__(self) -> str:
        return f"{self.url_host}:{self.port}"


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def free_port(family: int, host: str) -> int:
    """Return a port that no process listens on now."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def probe(address: Address, setting: str) -> None:
    """Raise OSError, which names the ``setting``, if the port is taken: Envoy's error says less."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    try:
        bind_once(family, (address.host, address.port))
    except OSError as error:
        text = f"{setting}: cannot listen on {address}: {error.strerror}"
        raise OSError(error.errno, text) from error
