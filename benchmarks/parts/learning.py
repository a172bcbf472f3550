"""Events learned a second on one core: replay, import, backtest, and other online learners."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.parts.calls import SHOP
from benchmarks.parts.part import Part, Settings
from benchmarks.quality.peers.biased_mf import RiverBiasedMF
from benchmarks.shops.learned import event_of, write_of
from benchmarks.shops.shop import MadeEvent, Shop
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.baselines.recommender import Recommender
from headwater_server.evaluation.shop_history import read_history
from headwater_server.replica.ports.position import Position
from headwater_server.storage.codecs.entry_codec import encode_operations, parse_entry
from headwater_server.storage.codecs.stored_entry import StoredEntry

EVENTS = 20_000
BACKTESTED = 10_000
PEER_EVENTS = 2_000
BATCH = 500
BOL = Path("bol_serenade", "events.csv.gz")


def _learning(settings: Settings) -> dict[str, Any]:
    warm_up()
    shop = Shop(settings.sized(SHOP.items), settings.sized(SHOP.visitors))
    made = list(islice(_endless(shop), settings.sized(EVENTS)))
    some = made[: settings.sized(PEER_EVENTS)]
    return {
        "replay_per_s": len(made) / _replay_s(shop, made),
        "import_per_s": _import_per_s(shop, len(made)),
        **_backtest(settings),
        "River BiasedMF, one step an event": len(some) / _river_s(some),
        **_peers(some),
        "failed": 0,
    }


def _endless(shop: Shop) -> Iterator[MadeEvent]:
    return Shop(shop.items, shop.visitors, 2**62).events_made()


def _cpu_s(work: Callable[[], object]) -> float:
    start_s = time.thread_time()
    work()
    return time.thread_time() - start_s


def _replay_s(shop: Shop, made: Sequence[MadeEvent]) -> float:
    """Return the CPU seconds in which a server decodes and applies entries of 500 events."""
    engine = Engine()
    engine.apply(Entry(0, tuple(map(write_of, shop.items_made())), imported=True))
    events = [event_of(one, f"e{n}") for n, one in enumerate(made)]
    payloads = [
        encode_operations(events[n : n + BATCH], imported=True)
        for n in range(0, len(events), BATCH)
    ]

    def replay() -> None:
        for number, payload in enumerate(payloads, 1):
            engine.apply(StoredEntry(Position(f"{number}-0", number), parse_entry(payload)).entry)

    return _cpu_s(replay)


def _import_per_s(shop: Shop, events: int) -> float:
    """Return the events a CPU second of `headwater import`, its store included.

    Two imports of the same items are compared, so that start and items do not count.
    """
    few, many = events // 10, events
    with tempfile.TemporaryDirectory(prefix="headwater-import-") as folder:
        used_s = [
            _import_s(Shop(shop.items, shop.visitors, count), Path(folder, str(count)))
            for count in (few, many)
        ]
    return (many - few) / max(1e-9, used_s[1] - used_s[0])


def _import_s(shop: Shop, folder: Path) -> float:
    folder.mkdir()
    events, items = shop.write(folder)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    files = ("--events", str(events), "--items", str(items), "--data-dir", str(folder / "data"))
    command = [sys.executable, "-m", "headwater_server", "import", *files]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _backtest(settings: Settings) -> dict[str, Any]:
    """Ask before each event, then apply it, as `headwater backtest` does."""
    path = settings.data / BOL
    with tempfile.TemporaryDirectory(prefix="headwater-backtest-") as folder:
        if not path.exists():
            counts = (18_000, 24_000, BACKTESTED)  # about those of bol_serenade
            items, visitors, events = map(settings.sized, counts)
            path, _ = Shop(items, visitors, events).write(Path(folder))
        history = read_history(path, None, EngineSettings(), settings.sized(BACKTESTED))
        run = Backtest(Engine(EngineSettings()), history, on_answer=lambda _row, _rank: None)
        used_s = _cpu_s(run.run)
    of = "bol_serenade" if (settings.data / BOL).exists() else "a made shop"
    return {"backtest_per_s": len(history.events) / used_s, "backtest_of": of}


def _river_s(made: Sequence[MadeEvent]) -> float:
    """Return the CPU seconds of River's own `learn_one`, without negatives."""
    model = RiverBiasedMF().model

    def learn() -> None:
        for one in made:
            model.learn_one(user=one.visitor_id, item=one.item_id, y=1.0)

    return _cpu_s(learn)


def _peers(made: Sequence[MadeEvent]) -> dict[str, Any]:
    """Return events a second of the online learners of `make quality`."""
    found: dict[str, Any] = {}
    for peer in (RiverBiasedMF(), _vowpal()):
        if peer is None:
            found["left_out"] = "Vowpal Wabbit: install the extra `quality` to measure it"
            continue
        found[peer.name] = len(made) / _cpu_s(partial(_teach, peer, made))
    return found


def _vowpal() -> Recommender | None:
    try:
        from benchmarks.quality.peers.vowpal import VowpalWabbit  # noqa: PLC0415 - may be missing
    except ImportError:
        return None
    return VowpalWabbit()


def _teach(peer: Recommender, made: Sequence[MadeEvent]) -> None:
    for one in made:
        peer.learn(one.visitor_id, one.item_id, 1.0, None, float(one.time_s))


LEARNING = Part(
    "learning", "events learned a second, beside other online learners", _learning, is_quick=True
)
