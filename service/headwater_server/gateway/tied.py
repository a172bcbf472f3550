"""Becomes another program, tied to the process that asked for it.

python -m headwater_server.gateway.tied PARENT_PID PROGRAM ARGUMENT...
"""

from __future__ import annotations

import os
import sys

from headwater_server.storage.embedded.launch import tie_to


def main(arguments: list[str]) -> None:
    """End when the parent does, whatever it dies of; meanwhile be the program."""
    parent_pid, program = int(arguments[0]), arguments[1]
    tie_to(parent_pid)
    os.execv(program, arguments[1:])  # noqa: S606 - Envoy, or ourselves, from a list


if __name__ == "__main__":
    main(sys.argv[1:])
