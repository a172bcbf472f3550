"""The demo shop as a process, and a real Chromium in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.api_server import free_port
from tests.system.client_programs import need, node_modules

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "web" / "shop"
SCREENSHOTS = ROOT / "build" / "screenshots"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
READY = re.compile(r"headwater shop ready on (\S+)")
KEY = re.compile(r"its key +(\S+)")
GRPC = re.compile(r"gRPC +(\S+)")
PATIENCE_S = 240


@dataclass(frozen=True)
class OpenShop:
    """A shop that is open: where it is, and the backend key."""

    url: str
    grpc: str
    key: str

    def play(self, scenario: str, *arguments: str) -> dict[str, Any]:
        """Let a shopper of `web/shop/e2e/scenarios.mjs` do something; return what was seen."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        played = subprocess.run(
            ["node", "e2e/play.mjs", scenario, self.url, str(SCREENSHOTS), *arguments],
            cwd=PAGE,
            env=os.environ | {"CHROMIUM": CHROMIUM},
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
        assert played.returncode == 0, played.stderr
        seen: dict[str, Any] = json.loads(played.stdout)
        return seen


@contextmanager
def open_shop(directory: Path, *flags: str) -> Iterator[OpenShop]:
    """Run `headwater demo --shop` until the block is over; it must then close in order."""
    command = [
        sys.executable, "-m", "headwater_server", "demo", "--shop",
        "--listen", f"127.0.0.1:{free_port()}", "--data-dir", str(directory),
        "--visits", "0", *flags,
    ]  # fmt: skip
    log = directory / "demo.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            yield _opened(process, log)
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(PATIENCE_S) == 0, log.read_text()


def _opened(process: subprocess.Popen[str], log: Path) -> OpenShop:
    output = ""
    assert process.stdout is not None
    for line in process.stdout:
        output += line
        if match := READY.search(line):
            grpc, key = GRPC.search(output), KEY.search(output)
            assert grpc, output
            assert key, output
            return OpenShop(match[1], grpc[1], key[1])
    raise AssertionError(f"the shop did not open:\n{output}{log.read_text()}")


def need_browser() -> None:
    """Skip where there is no Chromium, no node, or no way to get playwright-core."""
    if not CHROMIUM:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    need_node_modules(PAGE)


def need_node_modules(folder: Path) -> None:
    """Install what a package pins, or skip."""
    need("node", "npm")
    node_modules(folder)
