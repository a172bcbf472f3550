"""A person signs in to the console at a certified OpenID Connect provider, in a real Chromium."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from headwater import Client, Event
from tests.integration.api_server import free_port
from tests.integration.gateway_server import KEY, GatewayServer, gateway_server
from tests.system.console_browser import PAGE, need_console, play

SECRET = "the-secret-of-the-console-at-its-provider"

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@contextmanager
def provider(port: int, console: str) -> Iterator[str]:
    """Run it; return the issuer."""
    process = subprocess.Popen(
        ["node", "e2e/provider.mjs", str(port), console],
        cwd=PAGE,
        env=os.environ | {"CLIENT_SECRET": SECRET, "NODE_NO_WARNINGS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        while not (line := process.stdout.readline()).startswith("ready on"):
            assert line, process.stderr and process.stderr.read()
        yield line.split()[-1]
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    need_console()
    if not (PAGE / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("web/console has no oidc-provider: npm ci")
    port = free_port()
    with provider(free_port(), f"http://127.0.0.1:{port}/console/") as issuer:
        flags = (
            "--gateway", f"127.0.0.1:{port}", "--oidc-issuer", issuer, "--oidc-client-id",
            "console", "--oidc-client-secret", SECRET, "--oidc-scopes",
            "openid,email,offline_access",
        )  # fmt: skip
        with gateway_server(tmp_path_factory, *flags) as running:
            yield running


@pytest.fixture(autouse=True)
def _rejected(server) -> None:
    with Client(server.address, key=KEY) as client:
        client.feedback([Event("nonsense", "ann", ["x"])])


def test_who_operates_signs_in_drops_an_event_and_signs_out(server):
    seen = play(server.url, "signedIn", "anna-operate")
    assert seen["who"] == "anna-operate@shop.example (anna-operate) · operate"
    assert seen["mayDrop"]
    assert seen["done"] == "1 dropped."
    assert seen["kept"]["session"] == {}
    assert seen["kept"]["cookie"] == ""  # no script can read one
    assert "operate" not in str(seen["kept"]["local"])
    assert seen["foreign"] == 401  # a page of another site cannot send the header
    assert seen["renewed"]["session"]["role"] == "operate"
    assert seen["figures"] == [200, 401]  # of the Personalizer API: of this page, of another site
    assert seen["after"] == 401
    assert seen["wrong"] == []
    assert seen["complaints"] == []
    assert SECRET not in server.log
    assert "anna-operate@shop.example" in server.log  # who signed in, and did it


def test_who_may_only_read_sees_the_quarantine_and_cannot_drop(server):
    seen = play(server.url, "signedIn", "rita-read")
    assert seen["who"].endswith("· read")
    assert not seen["mayDrop"]
    assert seen["complaints"] == []


def test_who_has_no_role_reads_so_on_the_sign_in_page(server):
    seen = play(server.url, "withoutRole", "noah-none")
    assert seen["problem"].startswith("Your account has no role in Headwater")
    assert "problem" not in seen["address"]
    assert seen["inside"] == 0
