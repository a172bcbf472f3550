"""Whether a process stands alone, or is one of several that a parent started."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.replica.group.host_peers import HostPeers
from headwater_server.replica.group.identity import Identity, this_process


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """What a process is told by a parent that started several; one alone finds all itself.

    ``socket`` is that of the embedded server, which the parent runs. A follower serves nobody.
    """

    identity: Identity = field(default_factory=this_process)
    host_peers: HostPeers | None = None
    socket: Path | None = None
