"""Replaces itself by another program, which ends when its parent process ends.

It runs as a separate program rather than as a `preexec_fn`, because Python code between fork and
exec may deadlock in a process with threads, and gRPC has threads.

    python -I -S launch.py LOCK_FD PARENT_PID PROGRAM ARGUMENT...
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
NO_LOCK = -1


def tied(command: list[str], lock_fd: int = NO_LOCK) -> list[str]:
    """Return a command line that runs ``command`` and ends it when this process ends.

    ``lock_fd`` is the file for its pid; the caller must pass it on to the new process.
    """
    return [sys.executable, "-I", "-S", __file__, str(lock_fd), str(os.getpid()), *command]


def tie_to(parent_pid: int) -> None:
    """Get SIGTERM when the parent dies, even by kill -9. Linux only; elsewhere it does nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent_pid:  # it died before the call above
            sys.exit(1)


def main(arguments: list[str]) -> None:
    """Write the pid, which exec keeps, into the lock if there is one; exec the program."""
    lock_fd, parent_pid, command = int(arguments[0]), int(arguments[1]), arguments[2:]
    tie_to(parent_pid)
    if lock_fd != NO_LOCK:
        os.umask(0o077)  # the store's files are for its user alone
        os.ftruncate(lock_fd, 0)
        os.pwrite(lock_fd, b"%d\n" % os.getpid(), 0)
    os.execv(command[0], command)  # noqa: S606 - valkey-server, Envoy or Headwater, from a list


if __name__ == "__main__":
    main(sys.argv[1:])
