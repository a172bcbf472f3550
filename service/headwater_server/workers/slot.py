"""A slot of the pool: what the parent passes to a process, besides the settings."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headwater_server.replica.ports.registry import FOLLOWER, WORKER
from headwater_server.settings import Settings


@dataclass(frozen=True, slots=True)
class WorkerSlot:
    """Slots 0 to ``workers`` - 1 serve; slot ``workers`` is the follower's.

    ``socket`` is that of the embedded server, which the parent runs; "" if there is none. A process
    that ``replaces`` one that has ended puts no settings on the log: since the start of the parent,
    somebody may have changed them there.
    """

    number: int
    workers: int
    parent_pid: int
    address: str
    table_fd: int
    socket: str = ""
    replaces: bool = False

    @property
    def role(self) -> str:
        """Return the process's role among the replicas."""
        return FOLLOWER if self.number == self.workers else WORKER

    @property
    def name(self) -> str:
        """Return its name in the logs."""
        return FOLLOWER if self.role == FOLLOWER else f"{WORKER} {self.number}"

    def settings(self, settings: Settings) -> Settings:
        """Return the process's settings: its metrics' port, its share of the rate limit."""
        api = replace(
            settings.api,
            listen=self.address,
            so_reuseport=True,
            metrics_listen=shifted(settings.api.metrics_listen, self.number),
            calls_per_second_max=settings.api.calls_per_second_max / self.workers,
        )
        given = frozenset[str]() if self.replaces else settings.given
        return replace(settings, api=api, given=given)


def shifted(address: str | None, by: int) -> str | None:
    """Return the address with a higher port; port 0 stays 0, and each takes a free port.

    >>> shifted("127.0.0.1:9464", 2), shifted("127.0.0.1:0", 2), shifted(None, 2)
    ('127.0.0.1:9466', '127.0.0.1:0', None)
    """
    if address is None:
        return None
    host, _, port = address.rpartition(":")
    return f"{host}:{int(port) + by if int(port) else 0}"
