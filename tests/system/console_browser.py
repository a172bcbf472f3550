"""The console in a real Chromium: an operator's tasks, and what the page showed."""

from __future__ import annotations

import json
import os
import subprocess
from typing import Any

import pytest

from tests.integration.gateway_server import KEY
from tests.system.shop_browser import CHROMIUM, ROOT, SCREENSHOTS, need_node_modules

PAGE = ROOT / "web" / "console"
PATIENCE_S = 240  # a busy machine takes that long for one scenario


def need_console() -> None:
    """Skip where there is no Chromium, no node, or no way to get playwright-core."""
    if not CHROMIUM:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    need_node_modules(PAGE)


def play(url: str, scenario: str, *arguments: str) -> Any:
    """Run a scenario of `web/console/e2e`; return what the page of the gateway ``url`` showed."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    command = ["node", "e2e/play.mjs", scenario, url, str(SCREENSHOTS)]
    played = subprocess.run(
        [*command, *(arguments or (KEY,))],
        cwd=PAGE,
        env=os.environ | {"CHROMIUM": CHROMIUM},
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert played.returncode == 0, played.stderr
    return json.loads(played.stdout)
