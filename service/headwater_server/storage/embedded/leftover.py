"""Stops a server that outlived its parent process, before a new one starts."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from pathlib import Path

import structlog

from headwater_server.storage.embedded.pid_lock import PidLock

_log = structlog.get_logger(__name__)


async def take_server_lock(lock: PidLock, *, patience_s: float = 20.0) -> None:
    """Take ``lock``, which every server of the directory inherits; stop a server that holds it.

    SIGTERM lets it write its log to disk; a server that does not end within ``patience_s`` is
    killed, which an append-only file survives.
    """
    if lock.acquire():
        return
    pid = lock.holder_pid()
    _log.warning("a server of an earlier run is still running; stopping it", pid=pid)
    _signal(pid, signal.SIGCONT)  # a frozen process would not receive the next signal
    _signal(pid, signal.SIGTERM)
    if not await _acquire_within(lock, patience_s):
        _signal(pid, signal.SIGKILL)
        if not await _acquire_within(lock, patience_s):
            raise TimeoutError(f"the server with pid {pid} of an earlier run does not end")


async def _acquire_within(lock: PidLock, seconds: float) -> bool:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            # the end of a process that is no child of this one can only be polled
            while not lock.acquire():  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            return True
    return False


def _signal(pid: int | None, number: signal.Signals) -> None:
    # the server's own short-lived child may hold the lock after the server has ended
    if pid is not None and _is_server(pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _is_server(pid: int) -> bool:
    command = Path(f"/proc/{pid}/cmdline")
    if not Path("/proc/self").exists():  # macOS: the lock is the only evidence
        return True
    try:
        text = command.read_bytes()
    except OSError:
        return False
    return b"valkey" in text or b"redis" in text
