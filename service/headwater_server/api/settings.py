"""Settings of the gRPC server; they decide how it is reached, and change no answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from headwater_server.api.access.access import Access
from headwater_server.api.access.key_entries import accesses


@dataclass(frozen=True)
class ApiSettings:
    """Each field's meaning, unit and reason are in its ``help`` metadata."""

    listen: str = field(
        default="127.0.0.1:50051", metadata={"help": "host:port; port 0 takes a free port"}
    )
    keys: SecretStr | None = field(
        default=None,
        metadata={
            "help": "API keys of backends, comma-separated, 16+ characters each; better set as "
            "HEADWATER_KEYS, since other users of the machine can read a command line. KEY alone "
            "allows every call; KEY;name=anna;scopes=read;calls_per_second=50 limits a key to "
            "scopes (recommend, feedback, catalog, users, model, experiments, export, rules, "
            "audit; read: every call that changes nothing, but no export) and to a rate. The name "
            "is no secret: it says who wrote a rule, a policy or an experiment. @PATH reads them "
            "from a file, one a line"
        },
    )
    page_keys: SecretStr | None = field(
        default=None,
        metadata={
            "help": "API keys that a web page may contain, comma-separated, 16+ characters each. "
            "They allow Feedback only; ;scopes=feedback+recommend allows recommendations too, and "
            ";calls_per_second=100 limits each key. Their events count fully with an attribution "
            "token, without one only up to low limits. Needs keys to be set, too. @PATH reads them "
            "from a file, one a line"
        },
    )
    insecure: bool = field(
        default=False,
        metadata={
            "help": "accept calls from other machines without a key; only on a private network"
        },
    )
    calls_per_second_max: float = field(
        default=0.0,
        metadata={
            "help": "calls per second that are accepted, in bursts of one second; 0: no limit, "
            "since reads_max and writes_max protect the server"
        },
    )
    metrics_listen: str | None = field(
        default=None,
        metadata={
            "help": "host:port of /metrics for Prometheus; not set: no metrics. Requires a key if "
            "the API does"
        },
    )
    trust_forwarded_for: bool = field(
        default=False,
        metadata={
            "help": "identify callers by the last hop of x-forwarded-for, which your proxy must "
            "set; else by the address of the connection"
        },
    )
    stream_batches_max: int = field(
        default=16,
        metadata={
            "help": "batches of one StreamFeedback call in progress; the server reads no further "
            "until one is answered"
        },
    )
    message_bytes_max: int = field(
        default=4 * 1024 * 1024,
        metadata={
            "help": "maximum size of a request in bytes; 1,000 plain events are about 200 kB"
        },
    )
    reads_max: int = field(
        default=256,
        metadata={"help": "read calls in progress; further ones are refused and may retry"},
    )
    writes_max: int = field(
        default=1024,
        metadata={"help": "Feedback and catalogue calls in progress; they wait for the store"},
    )
    waiting_max: int = field(
        default=256,
        metadata={
            "help": "read calls that wait for their min_offset; they take no place of reads_max. "
            "Further ones are refused and may retry"
        },
    )
    overload_prefers: Literal["reads", "writes", "neither"] = field(
        default="reads",
        metadata={
            "help": "which calls are served under overload; the others are refused early and may "
            "retry. reads keeps recommendations on pages, writes keeps every event, neither "
            "treats both alike up to their own limits"
        },
    )
    overload_calls: int = field(
        default=768,
        metadata={
            "help": "calls in progress, reads and writes together, from which the server is "
            "overloaded"
        },
    )
    overload_lag_ms: float = field(
        default=300.0,
        metadata={
            "help": "lag of the event loop in milliseconds, measured twice in a row, from which "
            "the server is overloaded"
        },
    )
    retry_after_ms: int = field(
        default=50, metadata={"help": "milliseconds after which a refused call may retry"}
    )
    deadline_default_s: float = field(
        default=10.0, metadata={"help": "deadline in seconds for a call that sets none"}
    )
    deadline_max_s: float = field(
        default=60.0, metadata={"help": "longest deadline in seconds that a call can set"}
    )
    log_calls: bool = field(
        default=False, metadata={"help": "log every call, not only failed and slow ones"}
    )
    slow_call_ms: float = field(
        default=1000.0, metadata={"help": "milliseconds from which a call is logged as slow"}
    )
    connection_calls_max: int = field(
        default=100,
        metadata={
            "help": "calls in progress on one connection; a client's further ones wait there"
        },
    )
    connection_idle_s: float = field(
        default=120.0,
        metadata={"help": "seconds after which a connection without calls is closed"},
    )
    connections_max: int = field(
        default=4_000,
        metadata={
            "help": "open connections; further ones are closed at once. Fewer if the process may "
            "open fewer files"
        },
    )
    keepalive_s: float = field(
        default=30.0,
        metadata={"help": "seconds without traffic after which a connection is checked"},
    )
    stop_grace_s: float = field(
        default=5.0,
        metadata={"help": "seconds that calls in progress get to end when the server stops"},
    )
    grpc_server: Literal["completion_queue", "asyncio"] = field(
        default="completion_queue",
        metadata={
            "help": "what serves gRPC: grpcio's completion queue, or the slower grpc.aio, which is "
            "used in any case with a grpcio whose completion queue is not known"
        },
    )
    so_reuseport: bool = field(
        default=False, metadata={"help": "let several processes share the port"}
    )

    @property
    def backend_key(self) -> str | None:
        """Return the first backend key that allows every call, for processes that we start."""
        whole = (a.key.decode() for a in self.accesses if not (a.is_page or a.scopes or a.rate))
        return next(whole, None)

    @property
    def accesses(self) -> list[Access]:
        """Return what each key may do, those of backends first; empty when none is set."""
        return [
            *accesses(self.keys.get_secret_value() if self.keys else "", is_page=False),
            *accesses(self.page_keys.get_secret_value() if self.page_keys else "", is_page=True),
        ]
