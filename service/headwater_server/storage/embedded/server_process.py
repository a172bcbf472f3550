"""One process of a valkey-server, from its start to its end."""

from __future__ import annotations

import asyncio
import shutil
import signal
from collections.abc import Mapping
from pathlib import Path

from headwater_server.storage.embedded.launch import tied
from headwater_server.storage.embedded.pid_lock import PidLock

STOP_PATIENCE_S = 20.0
FULL_BYTES = 100_000  # less than a server needs to start


class ServerDiedError(Exception):
    """The server ended before it answered; the text contains the end of its own log."""


class ServerProcess:
    """A running server; `launch_server` creates it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Wrap a process that was just started."""
        self._process = process
        self.pid = process.pid

    async def wait(self) -> int:
        """Return its exit code when it ends."""
        return await self._process.wait()

    def freeze(self) -> None:
        """Suspend it, like a machine that swaps; for drills."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Resume it."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Kill it, so that it cannot write anything more; for drills."""
        self._process.kill()

    async def answers(self, socket_path: Path, logfile: Path) -> None:
        """Return when it answers. There is no timeout, since a long log takes long to load."""
        while not await _answers_ping(socket_path):
            if self._process.returncode is not None:
                why = f"{_last_words(logfile)}{_space_left(logfile.parent)}"
                raise ServerDiedError(f"{self.pid} ended at its start: {why}")
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        """Stop it cleanly; all writes are on disk when this returns."""
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGCONT)  # a frozen process would not receive the next
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_PATIENCE_S)
        except TimeoutError:
            self._process.kill()  # acknowledged writes are in the append-only file
            await self._process.wait()


async def launch_server(program: Path, options: Mapping[str, str], lock: PidLock) -> ServerProcess:
    """Start ``program``; it holds ``lock`` while it runs, and ends when this process ends."""
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    process = await asyncio.create_subprocess_exec(
        *tied([str(program), *arguments], lock.fd),
        pass_fds=(lock.fd,),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C reaches this process only, which then stops the server
    )
    return ServerProcess(process)


def _last_words(logfile: Path) -> str:
    try:
        lines = logfile.read_text(errors="replace").splitlines()
    except OSError:
        return "it wrote no log"
    return " | ".join(lines[-3:])


def _space_left(directory: Path) -> str:
    """Say that the disk is full: then the server's own log may say nothing."""
    full = directory.exists() and shutil.disk_usage(directory).free < FULL_BYTES
    return f" | the disk of {directory} is full: free space on it" if full else ""


async def _answers_ping(path: Path) -> bool:
    try:
        async with asyncio.timeout(1):
            reader, writer = await asyncio.open_unix_connection(path)
            try:
                writer.write(b"PING\r\n")
                return await reader.readline() == b"+PONG\r\n"
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
