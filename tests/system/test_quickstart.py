"""The client's example, run as its reader would run it, against a live server."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from headwater_server.cli.demo.server_process import ServerProcess

EXAMPLE = Path(__file__).parents[2] / "clients" / "python" / "examples" / "quickstart.py"


async def test_the_example_shows_a_list_that_turns(tmp_path):
    server = ServerProcess(tmp_path / "data")
    await server.start()
    try:
        example = await asyncio.create_subprocess_exec(
            sys.executable, str(EXAMPLE), server.address, stdout=asyncio.subprocess.PIPE
        )
        said = (await example.communicate())[0].decode().splitlines()
    finally:
        await server.stop()
    assert example.returncode == 0
    assert [line.split(":")[0] for line in said] == ["before", "learned", "after"]
    assert said[1] == "learned: created, created, created"
    before, after = (set(said[n].split(": ", 1)[1].strip().split(", ")) for n in (0, 2))
    assert len(before) == 4
    assert after <= before
    assert "snow-boot" in after
