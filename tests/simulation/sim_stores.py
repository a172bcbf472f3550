"""All that a simulated machine sees of the store, over its link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from headwater_server.replica.ports.token_keys import TokenKeys
from tests.simulation.link import Link
from tests.simulation.sim_log import SimLog
from tests.simulation.sim_ports import (
    SimEvaluations,
    SimHoldings,
    SimQuarantine,
    SimReplicas,
    SimSnapshots,
)


class SimStores:
    """Implements `replica.ports.stores.Stores`; ``snapshots`` is the machine's own."""

    def __init__(self, link: Link, on_read: Callable[[Any], None], snapshots: SimSnapshots) -> None:
        self.log = SimLog(link, on_read)
        self.snapshots = snapshots
        self.quarantine = SimQuarantine(link)
        self.replicas = SimReplicas(link)
        self.holdings = SimHoldings(link)
        self.evaluations = SimEvaluations(link)
        self.token_keys = TokenKeys.single(b"0" * 32)
