"""A real Envoy before a real gRPC server in this process: cheap enough for one a test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import psutil
from pydantic import SecretStr

from headwater_server.api.settings import ApiSettings
from headwater_server.gateway.gateway import open_gateway
from headwater_server.gateway.settings import GatewaySettings
from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.gateway_server import KEY

QUIET = GatewaySettings(gateway_access_log="none")
API = ApiSettings(keys=SecretStr(KEY), stop_grace_s=0, trust_forwarded_for=True)


@asynccontextmanager
async def gateway_before(
    replica: DictReplica, settings: GatewaySettings | None = None, backend: str = ""
) -> AsyncIterator[str]:
    """Give the gateway's URL; ``backend`` is another server than one of ``replica``."""
    changed = replace(settings or QUIET, gateway=f"127.0.0.1:{free_port()}")
    async with AsyncExitStack() as parts:
        address = backend or await parts.enter_async_context(serving(replica, API))
        yield await open_gateway(changed, (address,), KEY, API.deadline_max_s, parts)


def envoy_folder() -> Path:
    """Return where the Envoy that this process runs has its files."""
    children = psutil.Process().children()
    envoy = next(one for one in children if "--disable-hot-restart" in one.cmdline())
    return Path(envoy.cwd())
