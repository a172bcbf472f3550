"""What the template is filled with: the settings, once every address and origin is worked out."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.gateway.addresses import Address
from headwater_server.gateway.settings import GatewaySettings

ADMIN_PORT = 9901  # Envoy's own habit; for a file that is rendered here and read elsewhere


@dataclass(frozen=True)
class Plan:
    """Everything about one gateway that is not the same for all."""

    settings: GatewaySettings
    listen: Address
    tls: Address | None
    metrics: Address | None
    admin: Address
    backends: tuple[Address, ...]
    web: Address | None
    origins: tuple[str, ...]
    deadline_max_s: float

    @property
    def listeners(self) -> dict[str, Address]:
        """Return where the gateway listens, by the setting that says so."""
        all_of_them = {
            "gateway": self.listen,
            "gateway_tls": self.tls,
            "gateway_metrics": self.metrics,
            "gateway_admin": self.admin,
        }
        return {name: address for name, address in all_of_them.items() if address}


def make_plan(
    settings: GatewaySettings,
    backends: tuple[str, ...],
    web: str | None,
    deadline_max_s: float,
    admin_port: int = 0,
) -> Plan:
    """Return the plan for ``backends`` and the process with the pages, if there is one."""
    assert settings.gateway is not None  # noqa: S101 - nobody asks for a plan without
    told, tls = Address.read(settings.gateway), _read(settings.gateway_tls)
    listen = told.listened()
    secure = tls.listened() if tls else None
    admin = Address.read(settings.gateway_admin)
    origins = [*settings.gateway_origins, *_own("http", told, listen)]
    if tls and secure:
        origins += _own("https", tls, secure)
    metrics = _read(settings.gateway_metrics)
    return Plan(
        settings=settings,
        listen=listen,
        tls=secure,
        metrics=metrics.listened() if metrics else None,
        admin=Address(admin.host, admin.port or admin_port).listened(),
        backends=tuple(Address.read(backend).reached() for backend in backends),
        web=Address.read(web).reached() if web else None,
        origins=tuple(dict.fromkeys(origins)),
        deadline_max_s=deadline_max_s,
    )


def _read(text: str | None) -> Address | None:
    return Address.read(text) if text else None


def _own(scheme: str, told: Address, listen: Address) -> list[str]:
    """Return the origins of pages that the gateway itself serves."""
    port = "" if listen.port == {"http": 80, "https": 443}[scheme] else f":{listen.port}"
    hosts = (told.url_host, "localhost", "127.0.0.1")
    return [f"{scheme}://{host}{port}" for host in hosts]
