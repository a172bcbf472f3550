"""The gateway beside a server that `headwater serve` has started."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack

from headwater_server.api.settings import ApiSettings
from headwater_server.gateway.settings import GatewaySettings

OnGateway = Callable[[str], None]


async def open_beside(
    settings: GatewaySettings,
    api: ApiSettings,
    address: str,
    parts: AsyncExitStack,
    on_gateway: OnGateway,
) -> None:
    """Start it before the server at ``address``, if there is to be one; then call ``on_gateway``.

    OSError when it cannot start. What is started is put onto ``parts``.
    """
    if settings.gateway is None:
        return
    from headwater_server.gateway.gateway import open_gateway  # noqa: PLC0415 - needs the extra

    backends = settings.gateway_backends or (address,)
    key = api.backend_key
    on_gateway(
        await open_gateway(settings, backends, key, api.deadline_max_s, parts, with_web=True)
    )
