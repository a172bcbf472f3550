"""The gRPC server: services, health, reflection, limits, and a graceful stop."""

from __future__ import annotations

from typing import Any

from grpc_health.v1 import health_pb2_grpc

from headwater_server.api.connections import Descriptors, channel_options
from headwater_server.api.draining import Draining
from headwater_server.api.front.front import Front, front_of, takes_all
from headwater_server.api.guard.gate import Gate, Spans
from headwater_server.api.guard.guard import Guard
from headwater_server.api.guard.load import Load
from headwater_server.api.guard.turns import Turns
from headwater_server.api.health import SERVICES, Health
from headwater_server.api.keyless_server import KeylessServer
from headwater_server.api.listening import check_listening
from headwater_server.api.ports import Replica
from headwater_server.api.reflection import add_reflection
from headwater_server.api.services import add_services
from headwater_server.api.settings import ApiSettings
from headwater_server.api.warmup import warm_up
from headwater_server.observability.meters import Meters


class Server:
    """Serves one replica. It starts after the replica, and stops before it."""

    def __init__(
        self,
        replica: Replica,
        settings: ApiSettings | None = None,
        meters: Meters | None = None,
        spans: Spans | None = None,
    ) -> None:
        """Create the server; `start` binds its port. Needs a running loop."""
        self._settings = settings or ApiSettings()
        gate = Gate(self._settings, meters, spans, replica.has_ended)
        self._server: Front = front_of(self._settings, channel_options(self._settings))
        self._health = Health()
        self._replica = replica
        self._draining = Draining()
        self._load = Load(self._settings)
        self._descriptors = Descriptors(self._settings)
        turns = Turns(takes_all=takes_all(self._server))
        warm_up()
        self.port = 0
        add_services(self._server, replica, self._settings, gate, self._load, self._draining, turns)
        keyless: Any = KeylessServer(self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health.servicer, keyless)
        guard = Guard(self._settings, self._settings.reads_max, gate, self._load, turns)
        add_reflection(self._server, guard, [name for name in SERVICES if name])

    async def start(self) -> int:
        """Bind the port, serve, and return the port; raise OSError when it is not available."""
        try:
            self.port = self._server.add_insecure_port(self._settings.listen)
        except RuntimeError as error:
            check_listening(self._settings.listen, shared=self._settings.so_reuseport)
            raise OSError(f"cannot listen on {self._settings.listen}: gRPC refuses it") from error
        self._replica.watch_health(self._health.change)
        await self._health.start()
        self._load.start()
        self._descriptors.start()
        await self._server.start()
        return self.port

    async def stop(self) -> None:
        """Refuse new calls, and give those under way `stop_grace_s` to end."""
        await self._health.stop()
        self._draining.start()
        await self._server.stop(self._settings.stop_grace_s)
        await self._load.stop()
        await self._descriptors.stop()
