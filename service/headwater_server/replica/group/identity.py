"""The identity of a replica among the others."""

from __future__ import annotations

import os
import secrets
import socket
from dataclasses import dataclass
from importlib.metadata import version

from headwater_server.engine.messages.entries import Build
from headwater_server.engine.snapshot.versions import RIVER_VERSION
from headwater_server.replica.ports.registry import WORKER

VERSION = version("headwater-server")
BUILD = f"headwater {VERSION}"


@dataclass(frozen=True, slots=True)
class Identity:
    """``keeps_snapshots``: whether this replica takes snapshots, archives and trims the log.

    If it does not, a follower does.
    """

    replica_id: str
    host: str
    pid: int
    role: str = WORKER
    keeps_snapshots: bool = True

    @property
    def who(self) -> str:
        """Return the name under which it sets something on the log, with its build."""
        return f"{self.replica_id} ({BUILD})"


def this_process(role: str = WORKER, *, keeps_snapshots: bool = True) -> Identity:
    """Return a new identity: two replicas in one process get different ones."""
    host, pid = socket.gethostname(), os.getpid()
    return Identity(f"{host}-{pid}-{secrets.token_hex(4)}", host, pid, role, keeps_snapshots)


def this_build(state_version: int) -> Build:
    """Return what the log says of the servers that answer."""
    return Build(VERSION, state_version, RIVER_VERSION)


def command(name: str) -> str:
    """Return the name under which a command sets something on the log."""
    return f"{name} on {socket.gethostname()}, process {os.getpid()} ({BUILD})"
