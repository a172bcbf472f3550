"""What a connection may take: gRPC's own limits, and the descriptors of the process."""

from __future__ import annotations

from headwater_server.api.settings import ApiSettings

PING_INTERVAL_MS = 5_000  # clients that detect dead connections ping every 10 s
HANDSHAKE_MS = 5_000  # for a connection that sends nothing, or no HTTP/2


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
        ("grpc.http2.min_recv_ping_interval_without_data_ms", PING_INTERVAL_MS),
        ("grpc.max_concurrent_streams", settings.connection_calls_max),
        # on, it refuses streams that a client may open by this limit, at a moment of load
        ("grpc.http.overload_protection", 0),
        ("grpc.max_connection_idle_ms", int(settings.connection_idle_s * 1_000)),
        ("grpc.max_allowed_incoming_connections", settings.connections_max),
        ("grpc.server_handshake_timeout_ms", HANDSHAKE_MS),
        ("grpc.http2.settings_timeout", HANDSHAKE_MS),
    ]
