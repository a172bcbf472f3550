"""The web process on its port: foreign hosts are refused, and malformed input leaves one line."""

from __future__ import annotations

import socket
import sys

import httpx
import pytest

from headwater_server.web.app import make_app
from headwater_server.web.hosts import hosts_of, is_ours
from tests.integration.waiting import PATIENCE_S
from tests.system.programs import started

READY = r"headwater web ready on http://127\.0\.0\.1:(\d+)"
END = "connection: close\r\n\r\n"
NAMES = frozenset({"console.example"})


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("console.example", True), ("CONSOLE.example:8081", True), ("console.example.", True),
        ("127.0.0.1:8081", True), ("[::1]:8081", True), ("localhost", True), ("gateway:80", True),
        ("evil.example", False), ("console.example.evil.example", False), ("", False),
        ("console.example, evil.example", False), ("console.example@evil.example", False),
        ("xconsole.example", False), ("127.0.0.1.evil.example", False), ("a b", False),
    ],
)  # fmt: skip
async def test_only_our_names_and_addresses_are_answered(host, ours, tmp_path):
    assert is_ours(host, NAMES) == ours
    transport = httpx.ASGITransport(make_app(static=tmp_path, hosts=NAMES))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        answer = await client.get("/healthz", headers={"host": host})
    assert answer.status_code == (200 if ours else 421)
    assert ("name it in allowed_hosts" in answer.text) != ours
    assert "content-security-policy" in answer.headers


def test_the_hosts_of_allowed_pages_are_ours():
    found = hosts_of(
        "0.0.0.0:8081", ["Console.Example"], ["https://shop.example", "http://[::1]:3"]
    )
    assert found == {"0.0.0.0", "console.example", "shop.example", "::1"}


@pytest.fixture(scope="module")
def web(tmp_path_factory):
    log = tmp_path_factory.mktemp("web") / "log"
    command = [
        sys.executable, "-m", "headwater_server", "web", "--listen", "127.0.0.1:0",
        "--redis-url", f"unix://{log.parent}/gone", "--allowed-hosts", "console.example",
    ]  # fmt: skip
    with started(command, log, READY, HEADWATER_LOG_FORMAT="json") as (_, port):
        yield int(port), log


def ask(port: int, text: str, *, ends: bool = False) -> str:
    """Send bytes as they are, and if it ``ends`` nothing more; return the answer."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as connection:
        connection.sendall(text.encode("latin-1"))
        if ends:
            connection.shutdown(socket.SHUT_WR)
        parts = []
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts).decode("latin-1")


@pytest.mark.parametrize(
    ("host", "status"), [("evil.example", 421), ("console.example", 200), ("127.0.0.1:1", 200)]
)
def test_a_foreign_host_is_refused_on_the_real_port(web, host, status):
    answer = ask(web[0], f"GET /console/ HTTP/1.1\r\nhost: {host}\r\n{END}")
    assert answer.startswith(f"HTTP/1.1 {status} ")


RANK = "POST /personalizer/v1.0/rank HTTP/1.1\r\nhost: localhost\r\n"
MALFORMED = [
    f"GET /console/%00 HTTP/1.1\r\nhost: localhost\r\n{END}",
    f"GET /console/%ff%fe HTTP/1.1\r\nhost: localhost\r\n{END}",
    f"GET /console/{'a/' * 2_000} HTTP/1.1\r\nhost: localhost\r\n{END}",
    f"GET /shop/%00.js HTTP/1.1\r\nhost: localhost\r\n{END}",
    f"GET /console/ HTTP/1.1\r\nhost: localhost\r\nrange: bytes=abc\r\n{END}",
    f"GET /console/ HTTP/1.1\r\nhost: localhost\r\nif-modified-since: \xff\xfe\r\n{END}",
    f"{RANK}content-length: abc\r\n{END}",
    f"{RANK}content-length: 100\r\n\r\n{{",
    f"{RANK}transfer-encoding: chunked\r\n\r\nzz\r\n",
    f"{RANK}content-length: 3\r\n{END}\xff\xfe\xfd",
    f"{RANK}content-length: 2\r\n{END}[]",
    f"{RANK.replace('rank', 'events/%00%ff/reward')}content-length: 9\r\n{END}",
    "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
]


def test_malformed_input_leaves_no_traceback(web):
    port, log = web
    for text in MALFORMED:
        ask(port, text, ends=True)
    answer = ask(port, f"GET /healthz HTTP/1.1\r\nhost: localhost\r\n{END}")
    assert answer.startswith("HTTP/1.1 200 ")
    said = log.read_text()
    assert "Traceback" not in said
    assert "exception" not in said
    assert "error_id" not in said
