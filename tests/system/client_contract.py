"""What the examples of every client show on a live server; each client's test file says which."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import headwater
from tests.integration.lines import line_to
from tests.integration.waiting import PATIENCE_S
from tests.system.console_shop import publish_evaluations
from tests.system.crash.server import Server

KEY = "a-key-of-a-shop-1234"
LINES = 300
PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "HTTP_PROXY", "HTTPS_PROXY")
FOUND_WITHIN_S = 15


class LiveServer:
    """`headwater serve` with a key, for tests that wait for other programs."""

    def __init__(self, folder: Path) -> None:
        self._process = Server(folder, "--keys", KEY)
        self._loop = asyncio.Runner()

    @property
    def address(self) -> str:
        """Where it listens, also after it was killed and started again."""
        return self._process.address

    def start(self) -> None:
        self._loop.run(self._process.start())

    def kill(self) -> None:
        self._loop.run(self._process.kill_and_wait())

    def end(self, number: signal.Signals) -> None:
        """Send a signal that ends it, and wait."""
        self._process.send(number)
        self._loop.run(self._process.ended())

    def close(self) -> None:
        self._loop.run(self._process.stop())
        self._loop.close()

    def client(self) -> headwater.Client:
        return headwater.Client(self.address, key=KEY)

    def learned(self) -> int:
        with self.client() as client:
            return client.get_model().counts["events_learned"]

    def environment(self, **more: str) -> dict[str, str]:
        return {**os.environ, "HEADWATER_TARGET": self.address, "HEADWATER_KEY": KEY, **more}


@contextmanager
def live_server(folder: Path) -> Iterator[LiveServer]:
    """Yield a server, in whose store `headwater evaluate` has kept a report."""
    server = LiveServer(folder)
    try:
        server.start()
        publish_evaluations(folder, 1)
        yield server
    finally:
        server.close()


def shop(
    server: LiveServer, program: list[str], *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*program, *arguments],
        check=False,
        env=server.environment(**environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def the_loop_is_shown(server: LiveServer, program: list[str]) -> None:
    """The example writes, asks, is clicked, and asks a model that has learned it."""
    before = server.learned()
    done = shop(server, program)
    assert (done.returncode, done.stderr) == (0, "")
    first, *learned, second = done.stdout.splitlines()
    assert first.startswith("recommended: ")
    assert [line.split(" ")[0] for line in learned] == ["learned:"] * 2
    assert all(line.upper().endswith("CREATED") for line in learned)
    before_click, after_click = (
        line.removeprefix("recommended: ").split(", ") for line in (first, second)
    )
    assert before_click[0] not in after_click  # the visitor's latest item is in no list
    assert server.learned() == before + 2


def an_error_names_the_field(server: LiveServer, program: list[str]) -> None:
    refused = shop(server, program, "ask", HEADWATER_RECOMMENDATION_ID="x" * 129)
    assert refused.returncode == 1
    assert "field recommendation_id: " in refused.stderr, refused.stderr
    assert "more than 128 bytes" in refused.stderr
    assert "Invalid" in refused.stderr


def a_wrong_key_is_refused(server: LiveServer, program: list[str]) -> None:
    refused = shop(server, program, "ask", HEADWATER_KEY="another-key-of-a-shop")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Unauthenticated" in refused.stderr


def a_restart_loses_nothing(server: LiveServer, program: list[str]) -> None:
    """The server dies while events stream in, and is away for a while: each is learned once."""
    before = server.learned()
    pipe = subprocess.Popen(
        program,
        env=server.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _write(pipe, "before", range(LINES))
    while server.learned() == before:
        assert pipe.poll() is None, pipe.stderr.read()
    _write(pipe, "under-way", range(LINES))
    server.kill()
    _write(pipe, "away", range(LINES))
    server.start()
    said, warned = pipe.communicate("back click boots\n", timeout=PATIENCE_S)
    answer = json.loads(said)
    assert (answer["added"], answer["lost"], warned) == (3 * LINES + 1, 0, "")
    with server.client() as client:
        client.recommend("anybody", min_offset=answer["offset"])
    assert server.learned() == before + 3 * LINES + 1


def no_proxy_is_asked(server: LiveServer, program: list[str]) -> None:
    """The server is on this machine, where the proxy of the environment cannot reach it."""
    nobody = dict.fromkeys(PROXIES, "http://127.0.0.1:9")
    asked = shop(server, program, "ask", **nobody, no_proxy="", NO_PROXY="")
    assert (asked.returncode, asked.stderr) == (0, "")


def a_silent_line_is_replaced(server: LiveServer, program: list[str]) -> None:
    """The network drops all packets of a connection: what is sent then is learned all the same."""
    with line_to(server.address) as line:
        before = server.learned()
        pipe = subprocess.Popen(
            program,
            env=server.environment(HEADWATER_TARGET=line.address),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        _write(pipe, "before", range(LINES))
        while server.learned() < before + LINES:
            assert pipe.poll() is None, pipe.stderr.read()
        line.silence()
        silent_since_s = time.monotonic()
        said, warned = pipe.communicate("back click boots\n", timeout=PATIENCE_S)
        assert time.monotonic() - silent_since_s < FOUND_WITHIN_S
        assert (json.loads(said)["lost"], warned) == (0, "")


def _write(pipe: subprocess.Popen[str], who: str, numbers: Iterable[int]) -> None:
    pipe.stdin.writelines(f"{who}-{number} click boots\n" for number in numbers)
    pipe.stdin.flush()
