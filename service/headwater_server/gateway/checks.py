"""Checks that span several settings of the gateway; each text names the setting and the fix."""

from __future__ import annotations

from headwater_server.gateway.addresses import Address, is_loopback
from headwater_server.gateway.settings import GatewaySettings

FILES = ("gateway_certificate", "gateway_certificate_key", "gateway_client_ca")


def problem(settings: GatewaySettings) -> str:
    """Return the first contradiction or missing file; "" if there is none."""
    return _tls_problem(settings) or _file_problem(settings) or _admin_problem(settings)


def _tls_problem(settings: GatewaySettings) -> str:
    given = {name: getattr(settings, name) for name in FILES}
    if settings.gateway_tls is None:
        useless = [name for name, path in given.items() if path]
        return f"{useless[0]} is set, and gateway_tls is not: say where" if useless else ""
    lacking = [name for name in FILES[:2] if given[name] is None]
    return f"gateway_tls needs {lacking[0]}: the path of a PEM file" if lacking else ""


def _file_problem(settings: GatewaySettings) -> str:
    for name in FILES:
        path = getattr(settings, name)
        if path and not path.is_file():
            return f"{name} = '{path}': there is no such file"
    return ""


def _admin_problem(settings: GatewaySettings) -> str:
    if is_loopback(Address.read(settings.gateway_admin).host):
        return ""
    return (
        f"gateway_admin = '{settings.gateway_admin}': "
        "a caller that reaches it can stop the gateway; "
        "listen on 127.0.0.1, and let Prometheus read gateway_metrics"
    )
