"""From a real server's answers to a verdict: asked over gRPC, reported, evaluated beside it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from random import Random

import pytest
from typer.testing import CliRunner, Result

from headwater import AsyncClient, Event, Item
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.replicas import clicks, folded_digest, running_replica

ITEMS, VISITS, CALLERS = 60, 400, 8


@pytest.fixture
def place(server_dir: Path, settings: StorageSettings) -> list[str]:
    return ["--redis-url", url_of(server_dir), "--catalogue", settings.catalogue]


async def visit(client: AsyncClient, number: int, random: Random) -> None:
    """Ask for a list, report the slots that were seen, and click on a blue one."""
    visitor = f"visitor-{number % 150}"
    answer = await client.recommend(
        visitor,
        placement="home",
        page_size=6,
        filter="price < 90" if number % 3 == 0 else "",
        exclude_item_ids=[f"item-{number % ITEMS}"],
        context_item_ids=[f"item-{random.randrange(ITEMS)}"] if number % 4 == 0 else [],
        context={"device": random.choice(("phone", "desk"))},
        user_id=f"user-{number % 40}" if number % 5 == 0 else "",
    )
    shown = [result.item_id for result in answer.results]
    user, token = f"user-{number % 40}" if number % 5 == 0 else "", answer.attribution_token
    sent = [Event("impression", visitor, shown[:5], user, attribution_token=token)]
    liked = [one for one in shown[:5] if int(one.removeprefix("item-")) % 3 == 0]
    if liked and random.random() < 0.5:
        sent.append(Event("click", visitor, liked[:1], user, attribution_token=token))
    await client.feedback(sent)


async def evaluate(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, commands, ["evaluate", *arguments])


async def test_what_a_server_answered_is_asked_again_and_compared_beside_it(
    storage: Storage, place: list[str], tmp_path: Path
) -> None:
    warm, report = tmp_path / "warm.toml", tmp_path / "report.json"
    warm.write_text("exploration_temperature = 0.3\n")
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items(
            [Item(f"item-{n}", title=f"Item {n}", price=float(n + 40)) for n in range(ITEMS)]
        )

        async def shop(caller: int) -> None:
            random = Random(caller)
            for number in range(caller, VISITS, CALLERS):
                await visit(client, number, random)

        await asyncio.gather(*(shop(caller) for caller in range(CALLERS)))
        before = await storage.log.length(), await folded_digest(storage, Engine)
        flags = ("--policy", str(warm), "--check", "--report", str(report))
        result = await evaluate(*place, *flags)
        assert before == (await storage.log.length(), await folded_digest(storage, Engine))
    assert result.exit_code == 0, result.output
    found = json.loads(report.read_text())
    assert found["check"]["first_difference"] is None
    shown, left = found["answers"]["shown"], sum(found["answers"]["unreplayable"].values())
    assert found["check"]["equal"] == found["check"]["asked"] == shown
    assert shown + left == VISITS
    assert left < VISITS / 20  # answered while a large event was being learned
    assert found["digest"] == before[1]
    assert found["builds"]
    warm_row = next(one for one in found["policies"] if one["policy"] == "warm")
    assert warm_row["verdict"] in ("better", "worse", "no difference seen")
    assert warm_row["effective_share"] > 0.3
    (kept,) = await storage.evaluations.newest(9)
    assert (kept.name, json.loads(kept.report)) == ("warm", found)


async def test_a_log_without_reported_lists_says_what_to_send(
    storage: Storage, place: list[str]
) -> None:
    async with running_replica(storage, engine_type=Engine) as replica:
        await replica.feedback(clicks(*range(5)), 5)
        result = await evaluate(*place, "--policy", "best")
    assert result.exit_code == 3
    assert "send impression events with the attribution token" in " ".join(result.output.split())
