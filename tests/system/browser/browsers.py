"""Real browsers that shop without a pause, for what happens to their events meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.system.client_programs import NODE, node_programs

HERE = Path(__file__).parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), "")
PLAYWRIGHT = NODE / "node_modules" / "playwright-core" / "index.mjs"
PATIENCE_S = 90.0


def page_folder(folder: Path) -> Path:
    """Put the page and the browser client into ``folder``, to be served; skip without the tools."""
    if not CHROMIUM:
        pytest.skip("no chromium on the PATH: apt-get install chromium")
    node_programs()
    shutil.copy(HERE / "traffic.html", folder)
    shutil.copy(NODE / "dist" / "headwater.js", folder)
    return folder


class Browsers:
    """Some of them, each a visitor of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.problems: list[str] = []
        self.acknowledged: list[str] = []

    async def reaches(self, more: int) -> None:
        """Return when ``more`` events than now are acknowledged."""
        async with asyncio.timeout(PATIENCE_S):
            goal = (await self._report())["acknowledged"] + more
            while (await self._report())["acknowledged"] < goal:
                pass

    async def leave(self) -> None:
        """Let all go, once what they did is answered."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"leave\n")
        async with asyncio.timeout(PATIENCE_S):
            while "ids" not in (report := await self._report()):
                pass
        self.acknowledged, self.problems = report["ids"], report["problems"]
        async with asyncio.timeout(PATIENCE_S):
            await self._process.wait()

    async def _report(self) -> dict[str, object]:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        assert line, "the browsers are gone"
        report: dict[str, object] = json.loads(line)
        return report


@asynccontextmanager
async def browsers(page: str, count: int) -> AsyncIterator[Browsers]:
    """Open ``count`` browsers on the page; close what is left of them at the end."""
    process = await asyncio.create_subprocess_exec(
        "node", str(HERE / "traffic.mjs"), str(PLAYWRIGHT), CHROMIUM, page, str(count),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=2**24,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield Browsers(process)
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has gone, and its browser with it
            os.killpg(process.pid, signal.SIGKILL)
