"""Becomes the server program, tied to the process that asked for it.

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


def tie_to(parent_pid: int) -> None:
    """Get SIGTERM when the parent dies, also by kill -9. Linux only; elsewhere nothing."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != parent_pid:  # it died before the call above
            sys.exit(1)


def main(arguments: list[str]) -> None:
    """Write our pid, which the server keeps, into the lock that it inherits; then become it."""
    lock_fd, parent_pid, program = int(arguments[0]), int(arguments[1]), arguments[2]
    tie_to(parent_pid)
    os.ftruncate(lock_fd, 0)
    os.pwrite(lock_fd, b"%d\n" % os.getpid(), 0)
    os.execv(program, [program, *arguments[3:]])  # noqa: S606 - our own server, from a list


if __name__ == "__main__":
    main(sys.argv[1:])
