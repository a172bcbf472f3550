"""Settings of the gateway; they decide who reaches the server, and change no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class GatewaySettings:
    """Each field's meaning, unit and reason are in its ``help`` metadata."""

    gateway: str | None = field(
        default=None,
        metadata={
            "help": "host:port where Envoy accepts REST, gRPC-Web and gRPC; `headwater serve` "
            "starts it beside the server. Port 0 takes a free port. Needs the extra gateway"
        },
    )
    gateway_tls: str | None = field(
        default=None,
        metadata={
            "help": "host:port where Envoy accepts the same over TLS; needs gateway_certificate "
            "and gateway_certificate_key"
        },
    )
    gateway_origins: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "origins of web pages that may call, comma-separated, such as "
            "https://shop.example: CORS allows them, and requests of other origins are refused. "
            "The gateway's own address is always allowed"
        },
    )
    gateway_backends: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "host:port of each server behind the gateway, comma-separated; names are "
            "resolved regularly. Not set: `listen`, or the server that `headwater serve` starts"
        },
    )
    gateway_web: str | None = field(
        default=None,
        metadata={
            "help": "host:port of your own `headwater web`, for /console/, /shop/ and "
            "/personalizer/. Not set: `headwater serve` starts one on a free local port"
        },
    )
    allowed_hosts: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "host names under which browsers reach `headwater web`, comma-separated, such "
            "as console.example. IP addresses, names without a dot, the address where it listens, "
            "and the hosts of gateway_origins are always allowed; a request for any other host is "
            "refused"
        },
    )
    gateway_certificate: Path | None = field(
        default=None, metadata={"help": "PEM file with the certificate chain for gateway_tls"}
    )
    gateway_certificate_key: Path | None = field(
        default=None, metadata={"help": "PEM file with the private key of the certificate"}
    )
    gateway_client_ca: Path | None = field(
        default=None,
        metadata={
            "help": "PEM file with the CA of client certificates: a caller on gateway_tls with "
            "such a certificate counts as a backend and needs no key"
        },
    )
    gateway_proxies: int = field(
        default=0,
        metadata={
            "help": "number of your own proxies in front of the gateway: so many last hops of "
            "x-forwarded-for are trusted to identify callers"
        },
    )
    gateway_body_bytes_max: int = field(
        default=1024 * 1024,
        metadata={
            "help": "maximum size of a request body in bytes; 1,000 plain events are 400 kB of JSON"
        },
    )
    gateway_page_body_bytes_max: int = field(
        default=128 * 1024,
        metadata={
            "help": "maximum size in bytes of a request body with a page's key, which anyone can "
            "read; browsers limit what a closing page sends to 64 KiB"
        },
    )
    gateway_memory_mb_max: int = field(
        default=400,
        metadata={
            "help": "memory of Envoy in MiB: near it, the calls with the largest bodies under way "
            "are reset, then new calls are refused"
        },
    )
    gateway_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls per second that are accepted in total, in bursts of one second; 0: no "
            "limit"
        },
    )
    gateway_address_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls per second from one address, in bursts of one second; a shop's backend "
            "or an office can be one address. 0: no limit"
        },
    )
    gateway_key_calls_per_second_max: int = field(
        default=0,
        metadata={
            "help": "calls per second with one key, in bursts of one second; all browsers share "
            "the key of a page. 0: no limit"
        },
    )
    gateway_connections_max: int = field(
        default=10_000, metadata={"help": "open connections; further ones are closed"}
    )
    gateway_deadline_default_ms: int = field(
        default=5000,
        metadata={"help": "deadline in milliseconds for a call that sets none, as pages do"},
    )
    gateway_access_log: str = field(
        default="-",
        metadata={
            "help": "file for one JSON line per call, without keys; -: standard error; none: no log"
        },
    )
    gateway_log_calls: bool = field(
        default=False,
        metadata={
            "help": "log every call in that file, not only failed ones and those over one second"
        },
    )
    gateway_metrics: str | None = field(
        default=None,
        metadata={
            "help": "host:port of the gateway's own /metrics for Prometheus; not set: only "
            "/stats/prometheus on gateway_admin"
        },
    )
    gateway_admin: str = field(
        default="127.0.0.1:0",
        metadata={
            "help": "host:port of Envoy's admin pages, on this machine only, since they can stop "
            "Envoy. Port 0 takes a free port; a rendered file has 9901"
        },
    )
    gateway_threads: int = field(
        default=2,
        metadata={"help": "threads that forward calls; one forwards about 10,000 calls per second"},
    )
