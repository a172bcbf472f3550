"""`/metrics`: a small HTTP server in a thread, which asks the loop how things stand."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer

import structlog
from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

_log = structlog.get_logger(__name__)
PATIENCE_S = 5.0
Look = Callable[[], Awaitable[Iterable[Metric]]]
Allows = Callable[[str], bool]


class _Taken(Collector):
    """Families that have been taken already."""

    def __init__(self, families: Iterable[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


class Exposition:
    """``look`` runs on the loop at each scrape; ``allows`` says which authorization may ask."""

    def __init__(self, address: str, look: Look, allows: Allows) -> None:
        host, _, port = address.rpartition(":")
        self._address = (host.strip("[]"), int(port))
        self._look = look
        self.allows = allows
        self.port = 0

    async def start(self) -> int:
        """Listen, and return the port; OSError when it cannot be had."""
        self._loop = asyncio.get_running_loop()
        try:
            self._server = _server(self._address, self)
        except OSError as error:
            text = f"cannot listen on {self._address[0]}:{self._address[1]} for metrics: "
            raise OSError(text + str(error.strerror or error)) from error
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, name="metrics", daemon=True).start()
        return self.port

    async def stop(self) -> None:
        """Stop listening."""
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()

    def scrape(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its content type; called in the thread of a request."""
        taking = asyncio.run_coroutine_threadsafe(self._take(), self._loop)
        registry = CollectorRegistry()
        registry.register(_Taken(taking.result(PATIENCE_S)))
        ProcessCollector(registry=registry)
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    async def _take(self) -> list[Metric]:
        return list(await self._look())


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Request(BaseHTTPRequestHandler):
    timeout = 10.0  # seconds; who says nothing for so long is hung up on
    exposition: Exposition

    def do_GET(self) -> None:
        """Answer a scrape."""
        if self.path.partition("?")[0] != "/metrics":
            self._answer(HTTPStatus.NOT_FOUND, b"the metrics are at /metrics\n")
        elif not self.exposition.allows(self.headers.get("authorization", "")):
            text = b"send the header `authorization: Bearer <key>`\n"
            self._answer(HTTPStatus.UNAUTHORIZED, text, challenge="Bearer")
        else:
            self._scrape()

    def _scrape(self) -> None:
        try:
            page, content_type = self.exposition.scrape(self.headers.get("accept", ""))
        except Exception:  # noqa: BLE001 - a scrape that fails must not end what serves
            _log.exception("no metrics for a scrape")
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, b"no metrics now; see the server's log\n")
        else:
            self._answer(HTTPStatus.OK, page, content_type)

    def _answer(
        self, status: HTTPStatus, page: bytes, content_type: str = "text/plain", challenge: str = ""
    ) -> None:
        self.send_response(status)
        self.send_header("content-type", content_type)
        self.send_header("content-length", str(len(page)))
        if challenge:
            self.send_header("www-authenticate", challenge)
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: a scrape every few seconds is no news."""


def _server(address: tuple[str, int], exposition: Exposition) -> ThreadingTCPServer:
    request = type("Request", (_Request,), {"exposition": exposition})
    kind = _Server6 if ":" in address[0] else _Server
    return kind(address, request)
