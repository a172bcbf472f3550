"""`headwater hold-out` against a real server: begun once, shown, ended for good, begun again."""

from __future__ import annotations

import asyncio
import sys

from headwater import AsyncClient
from headwater_server.engine.engine import Engine
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.replicas import running_replica


async def hold_out(listen: str, *arguments: str) -> str:
    """Return what the command prints."""
    command = [sys.executable, "-m", "headwater_server", "hold-out", *arguments]
    running = await asyncio.create_subprocess_exec(
        *command, "--target", listen, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await running.communicate()
    assert running.returncode == 0, complaint.decode()
    return said.decode()


async def test_a_hold_out_begins_once_and_ends_for_good(storage: Storage) -> None:
    async with running_replica(storage, engine_type=Engine) as replica, serving(replica) as listen:
        assert "no hold-out has begun" in await hold_out(listen, "status")
        assert "no hold-out is running" in await hold_out(listen, "stop", "--yes")
        assert "hold-out has begun: 20.0%" in await hold_out(listen, "start", "--share", "0.2")
        assert "hold-out runs already" in await hold_out(listen, "start", "--share", "0.2")
        assert "hold-out has ended" in await hold_out(listen, "stop", "--yes")
        assert "hold-out: stopped" in await hold_out(listen, "status")
        assert "hold-out-2 has begun: 5.0%" in await hold_out(listen, "start")
        async with AsyncClient(listen) as shop:
            found = (await shop.get_performance()).hold_outs
    assert [(one.experiment_id, one.state) for one in found] == [
        ("hold-out-2", "running"),
        ("hold-out", "stopped"),
    ]
