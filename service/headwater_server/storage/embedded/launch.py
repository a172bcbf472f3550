"""Becomes another program, which ends when the process that started it does.

Run as a program of its own rather than as a `preexec_fn`, because Python code between fork and
exec may deadlock in a process that has threads, and gRPC has.

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
    """Return how to run ``command`` so that it ends when this process does.

    ``lock_fd`` is the file that its pid is written to; it must be passed on to the new process.
    """
    return [sys.executable, "-I", "-S", __file__, str(lock_fd), str(os.getpid()), *command]


def tie_to(parent_pid: int) -> None:
    """Get SIGTERM when the parent dies, also by kill -9. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent_pid:  # it died before the call above
            sys.exit(1)


def main(arguments: list[str]) -> None:
    """Write our pid, which the program keeps, into the lock if there is one; become the program."""
    lock_fd, parent_pid, command = int(arguments[0]), int(arguments[1]), arguments[2:]
    tie_to(parent_pid)
    if lock_fd != NO_LOCK:
        os.ftruncate(lock_fd, 0)
        os.pwrite(lock_fd, b"%d\n" % os.getpid(), 0)
    os.execv(command[0], command)  # noqa: S606 - valkey-server, Envoy or ourselves, from a list


if __name__ == "__main__":
    main(sys.argv[1:])
