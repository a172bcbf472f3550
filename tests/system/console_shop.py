"""A shop with experiments of every kind of result: real visits, whose acts depend on their arms."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from headwater import (
    Client,
    Event,
    EventItem,
    Experiment,
    ExperimentArm,
    GuardRail,
    Item,
    Policy,
    PrimaryMetric,
)
from headwater_server.replica.ports.evaluations import StoredEvaluation
from headwater_server.storage.embedded.data_dir import DataDir
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage

VISITORS = 700
BATCH = 25
PASSERS = 3  # events of others for each visitor, because the server looks every 1,000 events
CHEAP_FIRST = [{"name": "cheap first", "kind": "boost", "filter": "price < 5", "by": 0.5}]
POLICIES = (
    Policy("bold", {"exploration_epsilon": 0.2}),
    Policy("warm", {"exploration_temperature": 0.4}),
    Policy("varied", {"diversity": "low"}),
    Policy("sampled", {"exploration_policy": "thompson"}),
    Policy("ruled", {"rules": CHEAP_FIRST}),
    Policy("unruled", {"rules": []}),
)
ACTING = {("bolder", "bold"): 0.3, ("warmer", "warm"): 0.3, ("ruling", "ruled"): 0.3}
"""What an arm adds to the chance that its visitors click."""


def _compared(name: str, *policies: str, **fields: object) -> Experiment:
    given: dict[str, object] = {
        "layer": name,
        "arms": (ExperimentArm("control"), *(ExperimentArm(one, one) for one in policies)),
        "primary": PrimaryMetric("act_rate"),
        "placements": ("home",),
        "visitors_planned": VISITORS,
    }
    return Experiment(name, **(given | fields))  # type: ignore[arg-type]


def experiments() -> Iterator[Experiment]:
    """Each in a layer of its own, and with settings of its own, so that all meet at one list."""
    yield _compared("bolder", "bold", guard_rails=(GuardRail("purchases", -0.5),))
    yield _compared("warmer", "warm")
    yield _compared("varying", "varied", guard_rails=(GuardRail("purchases", -0.05),))
    yield _compared("leaking", "sampled")
    yield _compared("ruling", "ruled", "unruled")
    yield _compared("basket", "bold", placements=("basket",))
    later = datetime.now(UTC) + timedelta(days=7)
    yield _compared("next-week", "bold", placements=("search",), start_time=later)


def open_experiments(shop: Client) -> None:
    """Fill the shop; when this returns, every visit counts."""
    shop.upsert_items([Item(f"item {n}", title=f"Item {n}", price=2.0 + n) for n in range(20)])
    for policy in POLICIES:
        shop.upsert_policy(policy)
    for experiment in experiments():
        shop.create_experiment(experiment)
    draws = Random(7)
    for start in range(0, VISITORS, BATCH):
        events = [one for n in range(start, start + BATCH) for one in _visit(shop, n, draws)]
        passers = (f"passer {start * PASSERS + n}" for n in range(BATCH * PASSERS))
        others = [Event("detail-page-view", one, ["item 3"]) for one in passers]
        shop.feedback([*events, *others])


def _visit(shop: Client, number: int, draws: Random) -> list[Event]:
    """Show a list; most of it is reported, and acts depend on the arms that the list carries."""
    who = f"visitor {number}"
    slate = shop.recommend(who, placement="home", page_size=5)
    arms = {(one.experiment_id, one.arm_id) for one in slate.arms}
    if ("leaking", "sampled") in arms and draws.random() < 0.6:
        return []  # the page failed, so nothing of it is reported
    token = {"attribution_token": slate.attribution_token, "placement": "home"}
    shown = list(slate.item_ids)
    events = [Event("impression", who, items=shown, **token)]  # type: ignore[arg-type]
    if draws.random() < 0.1 + sum(ACTING.get(arm, 0.0) for arm in arms):
        events.append(Event("click", who, shown[:1], **token))  # type: ignore[arg-type]
    if draws.random() < (0.1 if ("varying", "varied") in arms else 0.6):
        bought = EventItem(shown[0], quantity=1, price=9.0, currency_code="EUR")
        events.append(Event("purchase-complete", who, [bought]))
    return events


def publish_evaluations(data_dir: Path, count: int) -> None:
    """Keep reports in the store of a running server, as `headwater evaluate` does."""

    async def put() -> None:
        settings, socket = StorageSettings(), DataDir(data_dir).socket_path()
        async with open_storage(settings, data_dir=data_dir, socket=socket) as storage:
            for number in range(count):
                report = StoredEvaluation(f"run-{number}", 1_000 + number, json.dumps(REPORT))
                await storage.evaluations.put(report)

    asyncio.run(put())


def run_shadow(data_dir: Path) -> dict[str, Any]:
    """Run a shadow beside a running server; return the report that it published."""
    command = [sys.executable, "-m", "headwater_server", "shadow", "--data-dir", str(data_dir)]
    asked = ["--name", "dear", "--set", 'rewards={"click": 0.9}', "--window-minutes", "0.1"]
    subprocess.run(
        [*command, *asked, "--priority", "normal", "--once"],
        check=False,
        capture_output=True,
        timeout=240,
    )

    async def read() -> dict[str, Any]:
        settings, socket = StorageSettings(), DataDir(data_dir).socket_path()
        async with open_storage(settings, data_dir=data_dir, socket=socket) as storage:
            kept = {one.name: one.report for one in await storage.evaluations.newest(50)}
            found: dict[str, Any] = json.loads(kept["dear.shadow"])
            hours_ago = found["create_time_ms"] - 3 * 3_600_000
            old = found | {"name": "old.shadow", "create_time_ms": hours_ago}
            old["shadow"] = found["shadow"] | {"policy": "old", "publish_seconds": 300.0}
            old["policies"] = [REPORT["policies"][2] | {"policy": "old"}]
            text = json.dumps(old)
            await storage.evaluations.put(StoredEvaluation("old.shadow", hours_ago, text))
            new = found | {"name": "fresh.shadow"}
            new["shadow"] = found["shadow"] | {"policy": "fresh", "publish_seconds": 300.0}
            fresh = StoredEvaluation("fresh.shadow", found["create_time_ms"] - 1, json.dumps(new))
            await storage.evaluations.put(fresh)
            return found

    return asyncio.run(read())


PROBLEM = "the lists are worth 4% of their number, at least 30% is needed"
REPORT: dict[str, Any] = {
    "metric": "act_rate",
    "placement": "home",
    "from_offset": "1-0",
    "until_offset": "9-0",
    "level": 0.95,
    "policies": [
        {
            "policy": "champion", "verdict": None, "value": 0.445, "interval": [0.43, 0.46],
            "effective_share": 1.0, "visitors_needed": None, "problems": [],
        },
        {
            "policy": "warm", "verdict": "better", "value": 0.471, "interval": [0.452, None],
            "effective_share": 0.68, "visitors_needed": None, "problems": [],
        },
        {
            "policy": "random", "verdict": "not enough overlap", "value": None, "interval": None,
            "effective_share": 0.041, "visitors_needed": 12400, "problems": [PROBLEM],
        },
    ],
}  # fmt: skip
"""What `headwater evaluate` finds out where a policy is near, and where it is not."""
