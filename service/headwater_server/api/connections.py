"""What connections may take: gRPC's own limits, and the descriptors of the process."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

import structlog

from headwater_server.api.settings import ApiSettings

PING_INTERVAL_MS = 5_000  # clients that detect dead connections ping every 10 s
HANDSHAKE_MS = 5_000  # for a connection that sends nothing, or no HTTP/2
UNLIMITED = 1 << 20
RESERVED = 128  # descriptors for files, the store, and logs
CHECK_S = 5.0
FULL_SHARE = 0.8
DESCRIPTORS = Path("/dev/fd")  # on Linux and macOS

_log = structlog.get_logger("headwater.api")


def channel_options(settings: ApiSettings) -> list[tuple[str, int]]:
    """Return gRPC's options for the server's port."""
    return [
        ("grpc.max_receive_message_length", settings.message_bytes_max),
        ("grpc.max_send_message_length", settings.message_bytes_max),
        # off by default: a second server on the port is then an error, not a silent split of calls
        ("grpc.so_reuseport", int(settings.so_reuseport)),
        ("grpc.keepalive_time_ms", int(settings.keepalive_s * 1_000)),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.ping_timeout_ms", 10_000),  # a minute by default, whatever keepalive says
        ("grpc.http2.min_ping_interval_without_data_ms", PING_INTERVAL_MS),
        ("grpc.max_concurrent_streams", settings.connection_calls_max),
        # on, it refuses streams that a client may open by this limit, at a moment of load
        ("grpc.http.overload_protection", 0),
        ("grpc.max_connection_idle_ms", int(settings.connection_idle_s * 1_000)),
        ("grpc.max_allowed_incoming_connections", connections_max(settings)),
        ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
        ("grpc.http2.settings_timeout", HANDSHAKE_MS),
    ]


def connections_max(settings: ApiSettings) -> int:
    """Return how many connections there may be, so that descriptors are left for the rest."""
    return max(1, min(settings.connections_max, descriptors_max() - RESERVED))


def descriptors_max() -> int:
    """Return how many descriptors the process may have; it takes as many as it is allowed."""
    try:
        import resource  # noqa: PLC0415 - Windows has none
    except ImportError:
        return UNLIMITED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with contextlib.suppress(OSError, ValueError):  # macOS allows fewer than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


class Descriptors:
    """Warns while connections become so many that new ones are about to be refused."""

    def __init__(self, settings: ApiSettings) -> None:
        self._most = connections_max(settings)
        self._is_full = False
        self._watching: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Check regularly from now on."""
        if DESCRIPTORS.is_dir():
            self._watching = asyncio.create_task(self._watch(), name="descriptors")

    async def stop(self) -> None:
        """Stop checking."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            self.check(_opened())

    def check(self, opened: int) -> None:
        """Log once when there are many, and once when there are few again."""
        is_full = opened > FULL_SHARE * self._most
        if is_full and not self._is_full:
            text = "many connections are open; from connections_max on, new ones are closed at once"
            _log.warning(text, open_files=opened, connections_max=self._most)
        if self._is_full and not is_full:
            _log.info("fewer connections are open again", open_files=opened)
        self._is_full = is_full


def _opened() -> int:
    return sum(1 for _ in DESCRIPTORS.iterdir())
