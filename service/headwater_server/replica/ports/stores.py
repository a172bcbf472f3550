"""All interfaces of a store together. `storage.storage.Storage` is the real implementation."""

from __future__ import annotations

from typing import Protocol

from headwater_server.replica.ports.evaluations import Evaluations
from headwater_server.replica.ports.holdings import Holdings
from headwater_server.replica.ports.log import Log
from headwater_server.replica.ports.quarantine import Quarantine
from headwater_server.replica.ports.registry import Replicas
from headwater_server.replica.ports.snapshots import Snapshots
from headwater_server.replica.ports.token_keys import TokenKeys


class Stores(Protocol):
    """One catalogue's log, and what is stored besides it."""

    @property
    def log(self) -> Log:
        """The one ordered log."""

    @property
    def snapshots(self) -> Snapshots:
        """The stored snapshots."""

    @property
    def quarantine(self) -> Quarantine:
        """Rejected events."""

    @property
    def replicas(self) -> Replicas:
        """The reports of all replicas."""

    @property
    def holdings(self) -> Holdings:
        """How much the store holds."""

    @property
    def evaluations(self) -> Evaluations:
        """The stored reports of evaluations."""

    @property
    def token_keys(self) -> TokenKeys:
        """The keys that sign attribution tokens."""
