"""The part of grpcio that is not public, as `api/front/grpcio_core.py` knows it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import grpc
import pytest
from structlog.testing import capture_logs

from headwater_server.api.front import grpcio_core
from headwater_server.api.front.completion_queue_server import CompletionQueueServer
from headwater_server.api.front.front import front_of
from headwater_server.api.front.grpcio_core import CoreServer
from headwater_server.api.front.methods import Method
from headwater_server.api.settings import ApiSettings

ADVICE = (
    "this grpcio has another core: adapt api/front/grpcio_core.py and its TESTED, or limit grpcio "
    "in pyproject.toml; meanwhile the server uses grpc.aio, which is slower"
)
PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"


def test_this_grpcio_has_the_core_that_is_known() -> None:
    assert grpcio_core.problem() == "", ADVICE


def test_the_allowed_range_of_grpcio_is_the_tested_one() -> None:
    [allowed] = re.findall(r'"grpcio>=([\d.]+),<([\d.]+)"', PYPROJECT.read_text())
    assert allowed[0].startswith(grpcio_core.TESTED)
    major, minor = grpcio_core.TESTED[-1].rstrip(".").split(".")
    assert allowed[1] == f"{major}.{int(minor) + 1}"


def test_one_call_through_the_core() -> None:
    server, events = CoreServer([("grpc.so_reuseport", 0)]), []
    port = server.bind("127.0.0.1:0")
    server.start()
    server.accept(events.append)
    assert server.ready() is None, ADVICE
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        answer = channel.unary_unary("/s/m").future(b"ask", timeout=60)
        new = _next(server)
        assert new.success, ADVICE
        assert new.call_details.method == b"/s/m", ADVICE
        assert grpcio_core.deadline_s(new) is not None, ADVICE
        grpcio_core.watch_close(new.call, events.append)
        grpcio_core.receive(new.call, events.append)
        assert grpcio_core.message_of(_next(server)) == b"ask", ADVICE
        status = (0, "", ())
        grpcio_core.send(new.call, events.append, initial=(), message=b"answer", status=status)
        assert answer.result() == b"answer"
        ends = [_next(server), _next(server)]
        closed = next(end for end in ends if len(end.batch_operations) == 1)
        assert not grpcio_core.is_cancelled(closed), ADVICE
    del new, closed, ends
    server.stop(events.append)
    assert _next(server).success, ADVICE
    server.close()
    assert server.wait() is None, ADVICE


def _next(server: CoreServer) -> Any:
    event = server.wait()
    assert event is not None, ADVICE
    return event


async def test_another_grpcio_gets_the_public_server_and_one_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(grpcio_core, "TESTED", ("0.1.",))
    with capture_logs() as lines:
        server = front_of(ApiSettings(), ())
    assert isinstance(server, grpc.aio.Server)
    assert [line["log_level"] for line in lines] == ["warning"]
    assert "its core is known of 0.1.x only" in lines[0]["reason"]


async def test_the_setting_chooses() -> None:
    assert isinstance(front_of(ApiSettings(), ()), CompletionQueueServer)
    assert isinstance(front_of(ApiSettings(grpc_server="asyncio"), ()), grpc.aio.Server)


def test_a_missing_name_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grpcio_core, "NAMES", ("Server.start", "Server.sing"))
    assert grpcio_core.problem().endswith("has no Server.sing")


def test_a_function_that_would_block_is_refused() -> None:
    handler = grpc.unary_unary_rpc_method_handler(lambda _, __: b"")
    with pytest.raises(TypeError, match=r"s/m is no coroutine function"):
        Method(handler, "s/m")
