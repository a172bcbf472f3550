"""`headwater web` as a process: it says when it is ready, and stops in order."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx
import pytest

from tests.integration.api_server import free_port
from tests.integration.waiting import PATIENCE_S

WEB = [sys.executable, "-m", "headwater_server", "web"]


def test_it_serves_until_it_is_stopped_and_stops_in_order():
    port = free_port()
    command = [*WEB, "--listen", f"127.0.0.1:{port}", "--target", "127.0.0.1:1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        ready = process.stdout.readline()
        try:
            assert ready == f"headwater web ready on http://127.0.0.1:{port}\n"
            assert httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=PATIENCE_S).text == "ok\n"
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--listen", "8081"], "--listen = '8081': write host:port"),
        (["--listen", "0.0.0.0:8081"], "set HEADWATER_KEY "),
    ],
)
def test_an_address_that_cannot_be_or_lets_everybody_in_is_refused(flags, expected, monkeypatch):
    monkeypatch.delenv("HEADWATER_KEY", raising=False)
    ended = subprocess.run(
        [*WEB, *flags], capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )
    assert ended.returncode == 2
    assert expected in ended.stderr


def test_without_the_extra_it_says_what_to_install(tmp_path):
    (tmp_path / "starlette.py").write_text("raise ModuleNotFoundError('no', name='starlette')")
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv = ['headwater', 'web']\n"
    code += "from headwater_server.cli import main; main()"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_S)
    assert ended.returncode == 1
    assert "pip install '.[gateway]' in a checkout" in ended.stderr
