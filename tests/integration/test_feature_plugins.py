"""A server learns with a shop's own features: from an import path, over a restart, as the lab."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from itertools import chain
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from structlog.testing import capture_logs

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.requests import RecommendRequest
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CodeMissing
from headwater_server.evaluation.backtest import Backtest
from headwater_server.evaluation.interactions import Repeats
from headwater_server.lab import backtest
from headwater_server.lab.frames import history_of
from headwater_server.replica.snapshots.fold import fold
from headwater_server.storage.storage import Storage
from tests.integration.replicas import folded_digest, running_replica
from tests.integration.waiting import PATIENCE_S, eventually

SOURCE = """
def depth(item):
    return dict(item.features)["depth"]
"""
ITEMS = [Item(f"i{n}", features=(("depth", n / 40),)) for n in range(40)]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module of the shop, with an entry point as `pip install` records it."""
    (tmp_path / "deep_shop.py").write_text(SOURCE)
    info = tmp_path / "deep_shop-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Name: deep-shop\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[headwater.features]\ndeep = deep_shop:depth\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield "deep_shop:depth"
    sys.modules.pop("deep_shop", None)


def acts() -> list[tuple[int, str, str, str]]:
    """Return (seconds, visitor, item, type): each visitor keeps to some depths."""
    random, found = Random(3), []
    for n in range(240):
        visitor = n % 30
        item = min(39, max(0, visitor + random.randint(-2, 8)))
        found.append((1_750_000_000 + 60 * n, f"v{visitor}", f"i{item}", "click"))
    return found


def question(visitor: str) -> RecommendRequest:
    return RecommendRequest(visitor, "r", explore=False, explain=True)


@pytest.fixture
async def learned(storage: Storage, package: str) -> AsyncIterator[dict[str, Any]]:
    """What a server with the feature on its log shows, before it stops."""
    wanted = {"engine_settings": EngineSettings(features=(package, "deep"))}
    async with running_replica(
        storage, engine_type=Engine, given=frozenset({"features"}), **wanted
    ) as replica:
        await replica.upsert_items([ItemWrite(item) for item in ITEMS], PATIENCE_S)
        events = [
            (Event(f"e{n}", kind, visitor, items=(EventItem(item),)), "")
            for n, (_, visitor, item, kind) in enumerate(acts())
        ]
        await replica.feedback(events, PATIENCE_S)
        answer = replica.engine.recommend(question("v3"), now_ms=replica.engine.parts.clock_ms)
        yield {"digest": replica.engine.digest(), "answer": answer}


async def test_it_learns_and_comes_back_with_the_same_digest(
    storage: Storage, learned: dict[str, Any]
) -> None:
    assert any(dict(one.contributions).get("depth") for one in learned["answer"].results)
    assert await folded_digest(storage, Engine) == learned["digest"]
    async with running_replica(storage, engine_type=Engine, given=frozenset()) as twin:
        await eventually(lambda: twin.engine.digest() == learned["digest"])
        assert twin.engine.settings.features == ("deep_shop:depth", "deep")
        now_ms = twin.engine.parts.clock_ms
        assert twin.engine.recommend(question("v3"), now_ms=now_ms) == learned["answer"]


async def test_what_it_cannot_compute_is_logged_once(storage: Storage, package: str) -> None:
    with capture_logs() as lines:
        settings = {"engine_settings": EngineSettings(features=(package,))}
        async with running_replica(storage, engine_type=Engine, **settings) as replica:
            for item in (Item("bare"), Item("other"), *ITEMS):
                await replica.upsert_items([ItemWrite(item)], PATIENCE_S)
                await replica.settings_warnings.check()
            counts = replica.engine.lookups.counts()
            shown = (await replica.operators.settings()).warnings
    said = [line["warning"] for line in lines if "a feature" in line["event"]]
    assert said == shown == ["features: depth: an item has no value, first bare: KeyError"]
    assert counts["feature_failures"] == 2


async def test_a_start_without_the_code_is_refused_with_the_fix(storage: Storage) -> None:
    settings = {"engine_settings": EngineSettings(features=("nowhere:depth",))}
    with pytest.raises(ValueError, match="features: nowhere:depth cannot be imported"):
        async with running_replica(storage, engine_type=Engine, **settings):
            pass


async def test_a_server_that_lost_the_code_does_not_go_on_from_other_values(
    storage: Storage, package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"engine_settings": EngineSettings(features=(package,))}
    async with running_replica(storage, engine_type=Engine, snapshot_on_stop=True, **settings):
        pass
    monkeypatch.setitem(sys.modules, package.partition(":")[0], None)  # as if it were not there
    with pytest.raises(CodeMissing, match=r"features: deep_shop:depth.*install it here, too"):
        async with running_replica(storage, engine_type=Engine, given=frozenset()):
            pass
    engine, _ = await fold(storage.log, Engine)
    (warning,) = chain.from_iterable(engine.lookups.settings_warnings())
    assert warning.startswith("the latest change of settings on the log is not in force: features")


async def test_the_lab_and_a_server_give_the_same_answers(storage: Storage, package: str) -> None:
    settings = EngineSettings(features=(package,))
    events = pd.DataFrame(acts(), columns=["timestamp", "user_id", "item_id", "event_type"])
    items = pd.DataFrame(
        {"item_id": [one.item_id for one in ITEMS], "depth": [n / 40 for n in range(40)]}
    )
    history, engine = history_of(events, items, settings), Engine()
    ranks = list(Backtest(engine, history, Repeats.ALLOW).run().counted.ranks)
    assert backtest(events, items, features=[package])["rank"].tolist() == ranks
    code = sys.modules["deep_shop"]
    assert backtest(events, items, features=[code.depth])["rank"].tolist() == ranks
    assert backtest(events, items)["rank"].tolist() != ranks
    for entry in [*history.preface(), *history.batches()]:
        await storage.log.append([storage.log.encode(entry.operations, imported=True)])
    async with running_replica(storage, engine_type=Engine, given=frozenset()) as replica:
        asked = question("v7"), history.file.times_ms[-1] + 1
        assert replica.engine.recommend(*asked) == engine.recommend(*asked)
