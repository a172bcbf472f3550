"""Connections that send nothing, or call nothing, do not stay."""

from __future__ import annotations

import asyncio
import contextlib
import socket

import pytest
import structlog

from headwater_server.api import connections
from headwater_server.api.connections import Descriptors, connections_max, descriptors_max
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import eventually

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes((0, 0, 0, 4, 0, 0, 0, 0, 0))


def connected(listen: str, first: bytes) -> socket.socket:
    """Return a connection that has sent ``first``, and nothing else."""
    host, _, port = listen.rpartition(":")
    one = socket.create_connection((host, int(port)), timeout=5)
    one.sendall(first)
    one.setblocking(False)
    return one


def is_closed(one: socket.socket) -> bool:
    """Read what has come; return whether the other end has closed."""
    with contextlib.suppress(BlockingIOError):
        while data := one.recv(65_536):
            assert data
        return True
    return False


@pytest.mark.parametrize("first", [b"", b"PRI * HT"])
async def test_a_connection_that_says_nothing_is_closed(monkeypatch, first) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_MS", 300)
    async with serving(DictReplica()) as listen:
        one = await asyncio.to_thread(connected, listen, first)
        await eventually(lambda: is_closed(one))
        one.close()


async def test_a_connection_without_calls_is_closed() -> None:
    settings = ApiSettings(connection_idle_s=0.5, stop_grace_s=0)
    async with serving(DictReplica(), settings) as listen:
        one = await asyncio.to_thread(connected, listen, PREFACE)
        await eventually(lambda: is_closed(one))
        one.close()


def test_descriptors_are_left_for_files_and_the_store(monkeypatch) -> None:
    monkeypatch.setattr(connections, "descriptors_max", lambda: 1_024)
    assert connections_max(ApiSettings()) == 1_024 - connections.RESERVED
    assert connections_max(ApiSettings(connections_max=7)) == 7
    assert descriptors_max() > 0


def test_the_log_says_when_connections_run_short() -> None:
    with structlog.testing.capture_logs() as lines:
        watched = Descriptors(ApiSettings(connections_max=100))
        for opened in (10, 85, 90, 20):
            watched.check(opened)
    assert [line["log_level"] for line in lines] == ["warning", "info"]
    assert lines[0]["connections_max"] == 100
