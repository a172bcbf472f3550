"""One life of a valkey-server: from its start until it ends."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from pathlib import Path

from headwater_server.storage.embedded.launch import tied
from headwater_server.storage.embedded.pid_lock import PidLock

STOP_PATIENCE_S = 20.0


class ServerDiedError(Exception):
    """The server ended before it answered; the text holds the end of its own log."""


class ServerProcess:
    """A running server; made by `launch_server`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Take over a process that was just started."""
        self._process = process
        self.pid = process.pid

    async def wait(self) -> int:
        """Return its exit code when it ends."""
        return await self._process.wait()

    def freeze(self) -> None:
        """Let it hang, as a machine that swaps does; for drills."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """End it without a chance to write anything; for drills."""
        self._process.kill()

    async def answers(self, socket_path: Path, logfile: Path) -> None:
        """Return when it answers. Only its end is an error: a long log takes long to load."""
        while not await _answers_ping(socket_path):
            if self._process.returncode is not None:
                raise ServerDiedError(f"{self.pid} ended at its start: {_last_words(logfile)}")
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        """Stop it in order; what it was told is on disk when this returns."""
        if self._process.returncode is not None:
            return
        self._process.send_signal(signal.SIGCONT)  # a frozen one would not hear the next
        self._process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), STOP_PATIENCE_S)
        except TimeoutError:
            self._process.kill()  # what was acknowledged is in the append-only file
            await self._process.wait()


async def launch_server(program: Path, options: Mapping[str, str], lock: PidLock) -> ServerProcess:
    """Start ``program``; it holds ``lock`` as long as it lives, and ends when we die."""
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    process = await asyncio.create_subprocess_exec(
        *tied([str(program), *arguments], lock.fd),
        pass_fds=(lock.fd,),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for us; we stop the server when we are done
    )
    return ServerProcess(process)


def _last_words(logfile: Path) -> str:
    try:
        lines = logfile.read_text(errors="replace").splitlines()
    except OSError:
        return "it wrote no log"
    return " | ".join(lines[-3:])


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
