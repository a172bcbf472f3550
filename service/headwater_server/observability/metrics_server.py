"""`/metrics`: prometheus_client's page behind keys, served in a thread beside the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from socketserver import ThreadingTCPServer
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, MetricsHandler, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

_log = structlog.get_logger(__name__)
COLLECT_TIMEOUT_S = 5.0
Collect = Callable[[], Awaitable[Iterable[Metric]]]
Allows = Callable[[str], bool]


class _OnLoop(Collector):
    """Runs ``collect_on_loop`` on the event loop, while the thread of a scrape waits for it."""

    def __init__(self, collect_on_loop: Collect) -> None:
        self._collect = collect_on_loop
        self._loop = asyncio.get_running_loop()

    def collect(self) -> Iterable[Metric]:
        collecting = asyncio.run_coroutine_threadsafe(self._all(), self._loop)
        return collecting.result(COLLECT_TIMEOUT_S)

    async def _all(self) -> list[Metric]:
        return list(await self._collect())


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[MetricsHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, handler)


class _Handler(MetricsHandler):
    """prometheus_client's handler, with keys, one path, a timeout, and errors that do not leak."""

    timeout = 10.0  # seconds; a client that sends or reads nothing for so long is disconnected
    allows: Allows

    def do_GET(self) -> None:  # noqa: N802 - http.server's name
        """Answer a scrape."""
        if self.path.partition("?")[0] != "/metrics":
            self._refuse(HTTPStatus.NOT_FOUND, "the metrics are at /metrics")
        elif not self.allows(self.headers.get("authorization", "")):
            text = "send the header `authorization: Bearer <key>`"
            self._refuse(HTTPStatus.UNAUTHORIZED, text, ("www-authenticate", "Bearer"))
        else:
            self._scrape()

    def _scrape(self) -> None:
        try:
            super().do_GET()
        except Exception:  # noqa: BLE001 - a scrape that fails must not end the server
            _log.exception("scrape of /metrics failed")
            with contextlib.suppress(OSError):  # the client may be gone
                text = "no metrics now; see the server's log"
                self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, text)

    def _refuse(self, status: HTTPStatus, text: str, *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("content-type", "text/plain"), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(f"{text}\n".encode())


class MetricsServer:
    """``collect`` runs on the loop at each scrape; ``allows`` checks an authorization header."""

    def __init__(self, address: str, collect: Collect, allows: Allows) -> None:
        self._address = address
        self._collect = collect
        self._allows = allows

    async def start(self) -> int:
        """Listen, and return the port; OSError when the port is not available."""
        registry = CollectorRegistry(support_collectors_without_names=True)
        registry.register(_OnLoop(self._collect))
        ProcessCollector(registry=registry)
        fields: dict[str, Any] = {"registry": registry, "allows": staticmethod(self._allows)}
        host, _, port = self._address.rpartition(":")
        try:
            self._server = _Server((host.strip("[]"), int(port)), type("H", (_Handler,), fields))
        except OSError as error:
            text = f"cannot listen on {self._address} for metrics: {error.strerror or error}"
            raise OSError(text) from error
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()
        return int(self._server.server_address[1])

    async def stop(self) -> None:
        """Stop listening."""
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()
