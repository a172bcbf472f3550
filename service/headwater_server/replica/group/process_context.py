"""What a process knows about its parent: it may run alone, or as one of several."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.replica.group.host_peers import HostPeers
from headwater_server.replica.group.identity import Identity, this_process


@dataclass(frozen=True, slots=True)
class ProcessContext:
    """What a parent that starts several processes passes to each; a single one uses the defaults.

    ``socket`` belongs to the embedded server, which the parent runs. A follower serves no calls.
    """

    identity: Identity = field(default_factory=this_process)
    host_peers: HostPeers | None = None
    socket: Path | None = None
