"""The processes of the shop: an import of past events, then a server with its gateway."""

from __future__ import annotations

import asyncio
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.cli.demo.server_process import ServerFailedError, ServerProcess
from headwater_server.gateway.requirements import has_web, missing_packages

GATEWAY_READY = re.compile(r"headwater gateway ready on (http://\S+)")
PAGE_CALLS_PER_S = 200
RULES = (  # bought items are hidden; visitors without a clear interest see different categories
    "--hide-days", '{"purchase-complete": 30}', "--diversity", "auto",
    "--attribution-window-minutes", "2",  # a slate is counted soon, while somebody watches
)  # fmt: skip


@dataclass(frozen=True)
class Keys:
    """The API keys of one demo, drawn at random."""

    backend: str = field(default_factory=lambda: f"demo-backend-{secrets.token_hex(16)}")
    page: str = field(default_factory=lambda: f"demo-page-{secrets.token_hex(16)}")

    def environment(self, page_dir: Path) -> dict[str, str]:
        """Return the environment variables with the keys, for server and web process."""
        scopes = f"scopes=feedback+recommend;calls_per_second={PAGE_CALLS_PER_S}"
        return {
            "HEADWATER_KEYS": self.backend,
            "HEADWATER_KEY": self.backend,
            "HEADWATER_PAGE_KEYS": f"{self.page};{scopes}",
            "HEADWATER_SHOP_PAGE_KEY": self.page,
            "HEADWATER_SHOP_DIR": str(page_dir),
        }


def import_past(data_dir: Path, events: Path, items: Path | None) -> int:
    """Import past events into an embedded store, with their times; return the exit code."""
    command = [sys.executable, "-m", "headwater_server", "import", "--data-dir", str(data_dir)]
    command += ["--events", str(events), *(["--items", str(items)] if items else []), *RULES]
    return subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode


class ShopProcess(ServerProcess):
    """`headwater serve --gateway`: the server, Envoy and the web process, with the shop's keys."""

    def __init__(self, data_dir: Path, listen: str, environment: dict[str, str]) -> None:
        super().__init__(data_dir, "--gateway", listen, *RULES, environment=environment)
        self.url = ""

    async def _ready(self, process: asyncio.subprocess.Process) -> str:
        address = await super()._ready(process)
        assert process.stdout is not None  # noqa: S101 - the one above has read from it
        while line := await process.stdout.readline():
            if match := GATEWAY_READY.search(line.decode()):
                self.url = match[1]
                return address
        code = await process.wait()
        raise ServerFailedError(self._last_words(f"ended without its gateway, code {code}"))

    async def ended(self) -> int:
        """Wait until the server ends; return its exit code."""
        assert self._process is not None  # noqa: S101 - it was started
        return await self._process.wait()


def is_installed() -> bool:
    """Return whether the extra `gateway` is installed."""
    return not missing_packages() and has_web()
