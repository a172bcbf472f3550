"""The values of Envoy's template: the settings, with addresses and origins resolved."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.gateway.addresses import Address
from headwater_server.gateway.settings import GatewaySettings

ADMIN_PORT = 9901  # Envoy's usual one; for a file that is rendered here and used elsewhere


@dataclass(frozen=True)
class Plan:
    """Everything that differs between two gateways."""

    settings: GatewaySettings
    listen: Address
    tls: Address | None
    metrics: Address | None
    admin: Address
    backends: tuple[Address, ...]
    web: Address | None
    origins: tuple[str, ...]
    deadline_max_s: float
    has_persons: bool

    @property
    def listeners(self) -> dict[str, Address]:
        """Return where the gateway listens, by the name of the setting."""
        addresses = {
            "gateway": self.listen,
            "gateway_tls": self.tls,
            "gateway_metrics": self.metrics,
            "gateway_admin": self.admin,
        }
        return {name: address for name, address in addresses.items() if address}


def make_plan(
    settings: GatewaySettings,
    backends: tuple[str, ...],
    web: str | None,
    deadline_max_s: float,
    admin_port: int = 0,
    *,
    has_persons: bool = False,
) -> Plan:
    """Return the plan for ``backends`` and the web process, if there is one.

    ``has_persons``: persons may sign in, so that calls may have a session instead of a key.
    """
    assert settings.gateway is not None  # noqa: S101 - callers check it
    given, tls = Address.read(settings.gateway), _read(settings.gateway_tls)
    listen = given.resolved()
    secure = tls.resolved() if tls else None
    admin = Address.read(settings.gateway_admin)
    origins = [*settings.gateway_origins, *_own("http", given, listen)]
    if tls and secure:
        origins += _own("https", tls, secure)
    metrics = _read(settings.gateway_metrics)
    return Plan(
        settings=settings,
        listen=listen,
        tls=secure,
        metrics=metrics.resolved() if metrics else None,
        admin=Address(admin.host, admin.port or admin_port).resolved(),
        backends=tuple(Address.read(backend).reachable() for backend in backends),
        web=Address.read(web).reachable() if web else None,
        origins=tuple(dict.fromkeys(origins)),
        deadline_max_s=deadline_max_s,
        has_persons=has_persons,
    )


def _read(text: str | None) -> Address | None:
    return Address.read(text) if text else None


def _own(scheme: str, given: Address, listen: Address) -> list[str]:
    """Return the origins of pages that the gateway itself serves."""
    port = "" if listen.port == {"http": 80, "https": 443}[scheme] else f":{listen.port}"
    hosts = (given.url_host, "localhost", "127.0.0.1")
    return [f"{scheme}://{host}{port}" for host in hosts]
