"""Settings of the gateway; they change no answer, only who reaches the server, and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class GatewaySettings:
    """Each field's meaning, unit and reason stand in its ``help`` metadata."""

    gateway: str | None = field(
        default=None,
        metadata={
            "help": "host:port where an Envoy takes REST, gRPC-Web and gRPC; serve starts it "
            "beside the server. Port 0 takes a free one. Needs headwater-server[gateway]"
        },
    )
    gateway_tls: str | None = field(
        default=None,
        metadata={
            "help": "host:port where it takes the same over TLS; needs gateway_certificate and "
            "gateway_certificate_key"
        },
    )
    gateway_origins: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "pages that may call, such as https://shop.example, with commas between: CORS "
            "allows them, and a request of any other origin is refused. The gateway's own address "
            "is always one of them"
        },
    )
    gateway_backends: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "host:port of each server behind it, with commas between; names are looked up "
            "again and again. Not set: `listen`, or the server that serve starts"
        },
    )
    gateway_web: str | None = field(
        default=None,
        metadata={
            "help": "host:port of a `headwater web` of yours, which gets /console/, /shop/ and "
            "/personalizer/. Not set: serve starts one itself, on a free port of this machine"
        },
    )
    gateway_certificate: Path | None = field(
        default=None, metadata={"help": "PEM file of the certificate chain for gateway_tls"}
    )
    gateway_certificate_key: Path | None = field(
        default=None, metadata={"help": "PEM file of the certificate's private key"}
    )
    gateway_client_ca: Path | None = field(
        default=None,
        metadata={
            "help": "PEM file of who signs clients' certificates: a caller on gateway_tls with one "
            "of them counts as a backend without sending a key"
        },
    )
    gateway_proxies: int = field(
        default=0,
        metadata={
            "help": "proxies of yours in front of the gateway: so many last hops of "
            "x-forwarded-for are trusted when callers are told apart"
        },
    )
    gateway_body_bytes_max: int = field(
        default=1024 * 1024,
        metadata={"help": "bytes of a request's body; 1,000 plain events are 400 kB of JSON"},
    )
    gateway_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls a second that are let through in all, a second's worth of them at once; "
            "0: as many as come"
        },
    )
    gateway_address_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls a second from one address, as above; mind that a shop's backend, or an "
            "office, may be one address. 0: as many as come"
        },
    )
    gateway_key_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls a second with one key, as above; mind that all browsers share a page's "
            "key. 0: as many as come"
        },
    )
    gateway_connections_max: int = field(
        default=10_000, metadata={"help": "connections at once; more are closed again"}
    )
    gateway_deadline_default_ms: int = field(
        default=5000,
        metadata={"help": "milliseconds that a call gets whose caller says none, as pages' do"},
    )
    gateway_access_log: str = field(
        default="-",
        metadata={
            "help": "file that gets a line of JSON a call, without keys; -: standard error; none: "
            "no log"
        },
    )
    gateway_log_calls: bool = field(
        default=False,
        metadata={"help": "log every call there, not only those that fail or take over a second"},
    )
    gateway_metrics: str | None = field(
        default=None,
        metadata={
            "help": "host:port of the gateway's own /metrics for Prometheus; not set: only at "
            "gateway_admin, under /stats/prometheus"
        },
    )
    gateway_admin: str = field(
        default="127.0.0.1:0",
        metadata={
            "help": "host:port of Envoy's own admin pages, of this machine only, as they can stop "
            "it. Port 0 takes a free one; in a rendered file it is 9901"
        },
    )
    gateway_threads: int = field(
        default=2, metadata={"help": "threads that pass calls on; one passes some 10,000 a second"}
    )
