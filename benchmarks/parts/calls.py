"""Recommend and Feedback over gRPC: beside echoes, durable in both ways, through the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.parts.part import Part, Settings, failures, rates
from benchmarks.serving.rounds import Case
from benchmarks.serving.servers import (
    ECHO_QUEUE,
    ECHO_THREADS,
    ECHOES,
    HEADWATER,
    Server,
    served,
)
from benchmarks.shops.shop import Shop

SHOP = Shop(items=10_000, visitors=10_000, events=30_000)
ALWAYS = "headwater, always"
ASYNCIO = "headwater, grpc.aio"
RECOMMEND = tuple(Case("Recommend", n) for n in (4, 16, 64))
FEEDBACK = (Case("Feedback", 16), Case("Feedback", 64), Case("Feedback", 4, events=100))


def shop_of(settings: Settings) -> Shop:
    """Return the shop that most parts use."""
    sized = settings.sized
    return Shop(sized(SHOP.items), sized(SHOP.visitors), sized(SHOP.events))


def measured(
    settings: Settings,
    servers: Mapping[str, Server],
    cases: Sequence[Case],
    *,
    echoes: Sequence[str] = ECHOES,
    gateway: bool = False,
    references: tuple[str, ...] = ECHOES,
    connections: int = 1,
) -> dict[str, Any]:
    """Return the rates of servers under loads, in rounds in which they take turns."""
    programs = len(servers) + len(echoes) + gateway
    steps = len(cases) * programs * (1 + settings.rounds)
    with served(settings.shops, servers, echoes=echoes, gateway=gateway, steps=steps) as rounds:
        rounds.connections = connections
        taken = rounds.run(cases, settings.rounds, settings.seconds)
    return {"rates": rates(taken, references), "failed": failures(taken)}


def _calls(settings: Settings) -> dict[str, Any]:
    servers = {HEADWATER: Server(shop_of(settings))}
    return measured(settings, servers, (*RECOMMEND, *FEEDBACK))


def _durability(settings: Settings) -> dict[str, Any]:
    shop = shop_of(settings)
    servers = {HEADWATER: Server(shop), ALWAYS: Server(shop, ("--durability", "always"))}
    return measured(settings, servers, FEEDBACK, references=(*ECHOES, HEADWATER))


def _gateway(settings: Settings) -> dict[str, Any]:
    servers = {HEADWATER: Server(shop_of(settings))}
    cases = (Case("Recommend", 16), Case("Feedback", 16))
    references = (*ECHOES, HEADWATER)
    return measured(settings, servers, cases, gateway=True, references=references)


def _workers(settings: Settings) -> dict[str, Any]:
    """Compare one worker with two; both cores hold server, store and load, so it is a bound."""
    shop = shop_of(settings)
    servers = {
        f"{n} worker{'s' * (n > 1)}": Server(shop, ("--workers", str(n)), pinned=False)
        for n in (1, 2)
    }
    cases = (Case("Recommend", 16), Case("Recommend", 64), Case("Feedback", 64))
    return measured(
        settings,
        servers,
        cases,
        echoes=(ECHO_THREADS,),
        references=(ECHO_THREADS, "1 worker"),
        connections=8,
    )


def _connections(settings: Settings) -> dict[str, Any]:
    """Compare 1, 8 and 32 connections without keys: each is a caller of its own."""
    servers, cases = {HEADWATER: Server(shop_of(settings))}, (*RECOMMEND[1:], FEEDBACK[1])
    by_case: dict[str, Any] = {}
    failed, only = 0, (ECHO_THREADS,)
    for count in (1, 8, 32):
        taken = measured(settings, servers, cases, echoes=only, references=only, connections=count)
        by_case |= {f"{case}, {count} connections": f for case, f in taken["rates"].items()}
        failed += taken["failed"]
    return {"rates": by_case, "failed": failed}


def _fronts(settings: Settings) -> dict[str, Any]:
    """Compare both gRPC servers below the API, with the engine and without."""
    shop = shop_of(settings)
    servers = {HEADWATER: Server(shop), ASYNCIO: Server(shop, ("--grpc-server", "asyncio"))}
    cases = (*RECOMMEND, *FEEDBACK[:2])
    return measured(settings, servers, cases, echoes=(*ECHOES, ECHO_QUEUE))


def _catalogue(settings: Settings) -> dict[str, Any]:
    """Compare shops of 10,000, 100,000 and a million items with the same visitors and events."""
    sizes = tuple(settings.sized(n) for n in (10_000, 100_000, 1_000_000))
    others = settings.sized(SHOP.visitors), settings.sized(SHOP.events)
    servers = {f"{n:,} items": Server(Shop(n, *others)) for n in sizes}
    references = (*ECHOES, f"{sizes[0]:,} items")
    return measured(settings, servers, RECOMMEND[1:], references=references) | {
        "largest": f"{sizes[-1]:,} items",
        "smallest": f"{sizes[0]:,} items",
    }


CALLS = Part("calls", "Recommend and Feedback beside bare echoes", _calls, is_quick=True)
DURABILITY = Part("durability", "Feedback with `everysec` and `always`", _durability)
GATEWAY = Part("gateway", "the same server, directly and through an Envoy", _gateway)
CONNECTIONS = Part("connections", "the same over 1, 8 and 32 connections", _connections)
FRONTS = Part("fronts", "both gRPC servers below the API", _fronts)
WORKERS = Part("workers", "two workers beside one", _workers)
CATALOGUE = Part("catalogue", "Recommend with 10,000 to a million items", _catalogue)
