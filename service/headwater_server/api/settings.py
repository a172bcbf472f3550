"""Settings of the gRPC server; they change no answer, only how it is reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from headwater_server.api.access.access import Access, accesses


@dataclass(frozen=True)
class ApiSettings:
    """Each field's meaning, unit and reason stand in its ``help`` metadata."""

    listen: str = field(
        default="127.0.0.1:50051", metadata={"help": "host:port; port 0 takes a free one"}
    )
    keys: SecretStr | None = field(
        default=None,
        metadata={
            "help": "who sends one of these may call: keys of 16 characters or more, with commas "
            "between, several so that one can follow another; best set as HEADWATER_KEYS, since a "
            "command line can be read by every user of the machine. KEY alone opens everything; "
            "KEY;scopes=read;calls_per_second=50 what the scopes name (recommend, feedback, "
            "catalog, users, model; read: all that changes nothing), so often"
        },
    )
    page_keys: SecretStr | None = field(
        default=None,
        metadata={
            "help": "publishable keys, which may stand in a page: they open Feedback, with "
            ";scopes=feedback+recommend lists too, and ;calls_per_second=100 limits each. What "
            "they send counts if an attribution token vouches for it, the rest within narrow "
            "limits. Asks for keys to be set, too"
        },
    )
    insecure: bool = field(
        default=False,
        metadata={
            "help": "listen beyond this machine without a key, where a network of your own keeps "
            "strangers out"
        },
    )
    calls_per_second_max: float = field(
        default=0.0,
        metadata={
            "help": "calls a second that are let in, a second's worth of them at once; 0: as many "
            "as come, since the limits on calls under way keep the server on its feet"
        },
    )
    metrics_listen: str | None = field(
        default=None,
        metadata={
            "help": "host:port of /metrics for Prometheus; not set: there is none. Asks for a key "
            "if the API does"
        },
    )
    trust_forwarded_for: bool = field(
        default=False,
        metadata={
            "help": "tell callers apart by the last hop of x-forwarded-for, which your proxy must "
            "set; else by the address that the connection comes from"
        },
    )
    stream_batches_max: int = field(
        default=16,
        metadata={
            "help": "batches of one StreamFeedback under way at most; the stream is read no "
            "further until one of them is answered"
        },
    )
    message_bytes_max: int = field(
        default=4 * 1024 * 1024,
        metadata={"help": "bytes of one request; 1,000 plain events are about 200 kB"},
    )
    reads_max: int = field(
        default=256,
        metadata={"help": "reading calls under way at most; more are told to come back"},
    )
    writes_max: int = field(
        default=1024,
        metadata={
            "help": "Feedback and catalogue calls under way at most; they wait for the store"
        },
    )
    overload_prefers: Literal["reads", "writes", "neither"] = field(
        default="reads",
        metadata={
            "help": "which calls go on when there is too much to do; the others are told early to "
            "come back, so that a page keeps its lists, or a shop every click. neither: each kind "
            "until its own limit"
        },
    )
    overload_calls: int = field(
        default=768,
        metadata={"help": "calls under way, reads and writes together, that are too much to do"},
    )
    overload_lag_ms: float = field(
        default=300.0,
        metadata={
            "help": "milliseconds that the server is late for its own timers, twice in a row, when "
            "there is too much to do"
        },
    )
    retry_after_ms: int = field(
        default=50, metadata={"help": "milliseconds after which a refused call may come back"}
    )
    deadline_default_s: float = field(
        default=10.0, metadata={"help": "seconds that a call without a deadline gets"}
    )
    deadline_max_s: float = field(
        default=60.0, metadata={"help": "seconds that a call gets at most"}
    )
    log_calls: bool = field(
        default=False, metadata={"help": "log every call, not only those that fail or are slow"}
    )
    slow_call_ms: float = field(
        default=1000.0, metadata={"help": "milliseconds after which a call is logged as slow"}
    )
    keepalive_s: float = field(
        default=30.0, metadata={"help": "seconds without traffic until a connection is probed"}
    )
    stop_grace_s: float = field(
        default=5.0, metadata={"help": "seconds that calls under way get when the server stops"}
    )
    so_reuseport: bool = field(
        default=False, metadata={"help": "let several processes share the port"}
    )

    @property
    def backend_key(self) -> str | None:
        """Return the first backend's key that opens everything, for what is started beside us."""
        whole = (a.key.decode() for a in self.accesses if not (a.is_page or a.scopes or a.rate))
        return next(whole, None)

    @property
    def accesses(self) -> list[Access]:
        """Return what each key may do, those of backends first; empty when none is set."""
        return [
            *accesses(self.keys.get_secret_value() if self.keys else "", is_page=False),
            *accesses(self.page_keys.get_secret_value() if self.page_keys else "", is_page=True),
        ]
