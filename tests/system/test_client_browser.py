"""The browser client in a real Chromium, through a real gateway, before a real server."""

from __future__ import annotations

import shutil

import pytest

from tests.integration.api_server import free_port
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.client_programs import node_programs
from tests.system.node_tests import names_of, outcomes

pytestmark = pytest.mark.timeout(300)  # a fresh machine downloads and builds first

FILES = ("e2e/browser.test.mjs", "e2e/browser-events.test.mjs")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
PAGE_KEYS = {  # what each may: see docs/settings.md
    "PAGE_KEY": ("a-key-of-the-shops-pages", ";scopes=feedback+recommend"),
    "FEEDBACK_KEY": ("a-key-for-feedback-alone", ""),
    "SLOW_KEY": ("a-key-that-must-not-hurry", ";calls_per_second=2"),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    if not CHROMIUM:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    node_programs()
    origin, foreign = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    keys = ",".join(f"{key}{rules}" for key, rules in PAGE_KEYS.values())
    flags = ("--gateway-origins", origin, "--page-keys", keys)
    with gateway_server(tmp_path_factory, *flags) as server:
        yield outcomes(
            *FILES,
            GATEWAY=server.url,
            TARGET=server.address,
            ORIGIN=origin,
            FOREIGN_ORIGIN=foreign,
            BACKEND_KEY=KEY,
            CHROMIUM=CHROMIUM,
            SERVER_PID=str(server.pid),
            **{name: key for name, (key, _) in PAGE_KEYS.items()},
        )


@pytest.mark.parametrize("name", [name for file in FILES for name in names_of(file)])
def test_in_a_browser(pages, name):
    pages.must_pass(name)
