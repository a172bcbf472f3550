"""The gateway beside a server that `headwater serve` has started."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass

from headwater_server.api.settings import ApiSettings
from headwater_server.gateway.settings import GatewaySettings


@dataclass(frozen=True)
class Beside:
    """Opened when the server answers. ``env`` is the environment of the web process.

    ``has_persons``: persons may sign in.
    """

    settings: GatewaySettings
    api: ApiSettings
    env: Mapping[str, str]
    on_ready: Callable[[str], None]
    has_persons: bool = False

    async def open(self, address: str, parts: AsyncExitStack) -> None:
        """Start a gateway for the server at ``address``; then call ``on_ready`` with its URL.

        OSError when it cannot start. ``parts`` stops what was started.
        """
        from headwater_server.gateway.gateway import open_gateway  # noqa: PLC0415 - the extra's

        url = await open_gateway(
            self.settings,
            self.settings.gateway_backends or (address,),
            self.api.backend_key,
            self.api.deadline_max_s,
            parts,
            accesses=self.api.accesses,
            web_env=self.env,
            has_persons=self.has_persons,
        )
        self.on_ready(url)
