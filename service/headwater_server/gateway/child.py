"""A child process of the gateway: started, watched, restarted when it dies, stopped."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import structlog

from headwater_server.storage.embedded.launch import tied

_log = structlog.get_logger(__name__)
CHECK_EVERY_S = 0.02
START_TIMEOUT_S = 120.0  # the machine may be busy; one that ends is noticed at once
STOP_TIMEOUT_S = 10.0
PAUSE_S = 0.1
PAUSE_MAX_S = 5.0
STABLE_AFTER_S = 5.0  # a process that ran this long is restarted at once


class ChildFailedError(OSError):
    """It ended, or did not get ready; its own messages are on standard error."""


class Child:
    """Tied to this process: it ends when we end, also by kill -9."""

    def __init__(
        self,
        name: str,
        command: list[str],
        is_ready: Callable[[], Awaitable[bool]],
        env: Mapping[str, str],
        folder: Path,
    ) -> None:
        """Nothing runs before `start`, which calls ``is_ready`` until it returns True."""
        self._name = name
        self._command = command
        self._is_ready = is_ready
        self._env = env
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._supervision: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when it is ready. Raises `ChildFailedError`."""
        process = self._launch()
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while not await self._is_ready():
                    if (exit_code := process.poll()) is not None:
                        text = f"the {self._name} ended at its start: exit code {exit_code}"
                        raise ChildFailedError(text)
                    await asyncio.sleep(CHECK_EVERY_S)
        except TimeoutError:
            raise ChildFailedError(f"the {self._name} did not get ready in time") from None
        self._supervision = asyncio.create_task(self._supervise(process), name=self._name)

    def _launch(self) -> subprocess.Popen[bytes]:
        """Start it without asyncio, whose fork makes gRPC print warnings."""
        self._process = subprocess.Popen(
            tied(self._command),
            cwd=self._folder,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us only; we stop all in order
        )
        return self._process

    async def _supervise(self, process: subprocess.Popen[bytes]) -> None:
        loop, ended_early = asyncio.get_running_loop(), 0
        while True:
            began_s = loop.time()
            exit_code = await asyncio.to_thread(process.wait)
            _log.error("process ended; restarting it", process=self._name, exit_code=exit_code)
            ended_early = 0 if loop.time() - began_s > STABLE_AFTER_S else ended_early + 1
            if ended_early:
                await asyncio.sleep(min(PAUSE_MAX_S, PAUSE_S * 2 ** min(ended_early, 10)))
            process = self._launch()

    async def stop(self) -> None:
        """Stop it in order, by force if it takes too long; it is not restarted."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.gather(self._supervision, return_exceptions=True)
        if self._process is None:
            return
        self._process.terminate()
        try:
            await asyncio.to_thread(self._process.wait, STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
