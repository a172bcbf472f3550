"""Calls while something else happens: a feed beside, a frozen store, another worker, snapshots."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from benchmarks.parts.calls import shop_of
from benchmarks.parts.part import Part, Settings
from benchmarks.serving.beside import run_beside
from benchmarks.serving.frozen import run_frozen
from benchmarks.serving.servers import HEADWATER, Server, served
from benchmarks.serving.stall import run_stall
from benchmarks.serving.visible import run_visible
from benchmarks.shops.shop import Shop

BESIDE_S = 3.0  # of each round, alone and beside the feed
FROZEN_S = 1.0


def _beside(settings: Settings) -> dict[str, Any]:
    servers = {HEADWATER: Server(shop_of(settings))}
    with served(settings.shops, servers, echoes=(), steps=settings.rounds) as rounds:
        seconds = BESIDE_S * settings.seconds
        found = run_beside(rounds, rounds.servers[0], settings.rounds, seconds)
    return asdict(found)


def _frozen(settings: Settings) -> dict[str, Any]:
    servers = {HEADWATER: Server(shop_of(settings))}
    with served(settings.shops, servers, echoes=(), steps=1) as rounds:
        found = run_frozen(rounds, rounds.servers[0], FROZEN_S * settings.seconds)
    phases = {phase.name: asdict(phase) for phase in found.phases}
    return phases | {"recovered_ms": found.recovered_ms, "failed": 0}  # some writes have to fail


def _visible(settings: Settings) -> dict[str, Any]:
    directory = settings.shops.copy(shop_of(settings), "visible")
    return run_visible(directory, shop_of(settings), round(400 * settings.seconds))


def large_shop(settings: Settings) -> Shop:
    """Return a shop of 100,000 items and visitors, whose snapshot takes a while."""
    count = settings.sized(100_000)
    return Shop(count, count, count, once=True)


def _stall(settings: Settings) -> dict[str, Any]:
    shop = large_shop(settings)
    return run_stall(settings.shops.copy(shop, "stall"), shop, 10.0 * settings.seconds)


BESIDE = Part("beside", "Recommend beside 2,000 events a second", _beside, is_quick=True)
FROZEN = Part("frozen", "the store is stopped for a second under load", _frozen)
VISIBLE = Part("visible", "acknowledged here, visible at another worker", _visible)
STALL = Part("stall", "answers while snapshots are taken", _stall)
