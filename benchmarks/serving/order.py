"""The orders to the load generator, and its reports."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Stream:
    """Calls of one kind for some seconds.

    ``rate`` 0: ``in_flight`` calls at any time, each next one sent when one is answered. Else
    ``rate`` bunches of ``in_flight`` calls a second, whether or not those before are answered;
    a call's time then counts from when it was due.
    """

    call: str
    seconds: float
    in_flight: int = 1
    rate: float = 0.0
    events: int = 1
    timeout_s: float = 10.0


@dataclass(frozen=True)
class Order:
    """Streams against one server, all at the same time. Each order has a seed of its own.

    ``items`` and ``visitors`` are those of the shop; ``connections`` take the calls in turn.
    """

    address: str
    seed: int
    items: int
    visitors: int
    streams: tuple[Stream, ...]
    connections: int = 1


@dataclass
class Calls:
    """What came of one stream, a place a call: when, how long, and what was wrong ("": nothing).

    ``at_s`` counts from the start of the order.
    """

    seconds: float = 0.0
    at_s: list[float] = field(default_factory=list)
    took_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
