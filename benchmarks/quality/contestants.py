"""Who is measured: Headwater, Headwater with a part left out, and the peers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import headwater_server
from benchmarks.quality.cache import key_of
from headwater_server.engine import settings as engine_settings
from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Foldable
from headwater_server.evaluation.baselines import numbering, popularity, recommender
from headwater_server.evaluation.baselines.recommender import AsEngine, Recommender

HEADWATER = "Headwater"
SERVICE = Path(headwater_server.__file__).parent
PACKAGES = ("numpy", "scipy", "river", "implicit", "jax", "vowpalwabbit")
WITHOUT = "without"  # the setting that names what is left out of the engine


@dataclass(frozen=True)
class Contestant:
    """One row of the table. ``source`` is a digest of the code and packages it is made of.

    ``strengthened``: a peer with more than its paper or package brings.
    """

    name: str
    settings: str
    make: Callable[[], Foldable]
    source: str
    engine_settings: EngineSettings
    strengthened: bool = False


def headwater(left_out: str = "") -> Contestant:
    """Return Headwater with its default settings, or with one part left out."""
    values: dict[str, Any] = {WITHOUT: (left_out,)} if left_out else {}
    settings = EngineSettings(**values)

    files = [path for part in ("engine", "models") for path in (SERVICE / part).rglob("*.py")]

    def make() -> Engine:
        warm_up(settings)  # no kernel is compiled while the clock runs
        return Engine()

    return Contestant(
        name=f"{HEADWATER} without {left_out}" if left_out else HEADWATER,
        settings=f"default settings, without {left_out}" if left_out else "default settings",
        make=make,
        source=key_of([], files, ("river", "numpy", "numba")),
        engine_settings=settings,
    )


def removable() -> tuple[str, ...]:
    """Return the names of the parts that this build's engine can leave out; none if it cannot."""
    if WITHOUT not in {field.name for field in fields(EngineSettings)}:
        return ()
    return tuple(getattr(engine_settings, "REMOVABLE", ()))


def peers() -> list[Contestant]:
    """Return the peers. Raises ImportError if the extra `quality` is not installed."""
    from benchmarks.quality.peers.registry import PEERS  # noqa: PLC0415 - needs the extra

    return [_contestant(make) for make in PEERS]


def _contestant(make: Callable[[], Recommender]) -> Contestant:
    peer = make()
    modules = {sys.modules[kind.__module__] for kind in type(peer).__mro__}
    own = {m for m in modules if m.__name__.startswith("benchmarks.")}
    files = {Path(str(module.__file__)) for module in own | {numbering, popularity, recommender}}
    return Contestant(
        name=peer.name,
        settings=peer.settings,
        make=lambda: AsEngine(make()),
        source=key_of([], files, PACKAGES),
        engine_settings=EngineSettings(),
        strengthened=peer.strengthened,
    )
