"""`headwater experiment` and `headwater policy` beside a server: what people see and are asked."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from headwater import AsyncClient, Experiment, ExperimentArm, Item, PrimaryMetric
from headwater_server.cli.root import commands
from headwater_server.engine.engine import Engine
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import serving
from tests.integration.conftest import url_of
from tests.integration.experiment_shop import visit
from tests.integration.replicas import running_replica

DOCS = Path(__file__).parents[2] / "docs" / "experiments-in-your-shop.md"
FILE = """
experiment_id = "warmer"
placements = ["home"]
start_time = 2020-01-01T00:00:00Z

[primary]
metric = "act_rate"

[[arms]]
arm_id = "control"
weight = 3

[[arms]]
arm_id = "warm"
policy_id = "warm"

[policies.warm]
exploration_temperature = 0.4
"""


@pytest.fixture
def place(server_dir: Path, settings: StorageSettings) -> list[str]:
    return ["--redis-url", url_of(server_dir), "--catalogue", settings.catalogue]


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "warmer.toml"
    path.write_text(FILE)
    return str(path)


@asynccontextmanager
async def shop(storage: Storage) -> AsyncIterator[tuple[str, AsyncClient]]:
    async with (
        running_replica(storage, engine_type=Engine) as replica,
        serving(replica) as listen,
        AsyncClient(listen) as client,
    ):
        await client.upsert_items([Item(f"item {n}") for n in range(20)])
        yield listen, client


async def run(*arguments: str, **options: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, commands, list(arguments), **options)


async def test_an_experiment_of_a_file_from_its_creation_to_its_end(
    storage: Storage, place: list[str], file: str
) -> None:
    async with shop(storage) as (listen, client):
        target = ("--target", listen)
        made = await run("experiment", "create", file, *target)
        assert made.exit_code == 0, made.output
        assert "0.75" in made.stdout
        again = await run("experiment", "create", file, *target, "--json")
        assert json.loads(again.stdout)["experiment"]["state"] == "running"
        then = await visit(client, "ann", acts=True)
        await visit(client, "bob", acts=False)
        listed = await run("experiment", "list", *target)
        assert "warmer" in listed.stdout
        report = await run("experiment", "report", "warmer", *target)
        assert "verdict: too few visitors" in report.stdout
        past = await run("experiment", "report", "warmer", *place, "--as-of", then, "--json")
        shown = json.loads(past.stdout)
        assert shown["offset"] == then
        assert sum(arm["visitors"] for arm in shown["arms"]) == 1
        stopped = await run("experiment", "stop", "warmer", *target, "--yes", "--reason", "enough")
        assert "enough" in stopped.stdout
        shown = await run("experiment", "show", "warmer", *target, "--json")
        assert json.loads(shown.stdout)["stop_reason"] == "enough"


async def test_a_promotion_is_refused_with_each_reason_then_forced_and_taken_back(
    storage: Storage, file: str
) -> None:
    async with shop(storage) as (listen, _):
        target = ("--target", listen)
        await run("experiment", "create", file, *target)
        promote = ("experiment", "promote", "warmer", "--arm", "warm", *target)
        nobody = await run(*promote)
        assert (nobody.exit_code, "Give --yes" in nobody.stderr) == (2, True)
        refused = await run(*promote, "--yes")
        assert (refused.exit_code, "100 or more" in refused.stderr) == (1, True)
        wrong = await run("experiment", "promote", "warmer", "--arm", "wrm", *target, "--yes")
        assert (wrong.exit_code, "control, warm" in wrong.stderr) == (2, True)
        forced = await run(*promote, "--yes", "--force", "we like it")
        assert "warm is in force: exploration_temperature=0.4" in forced.stdout
        listed = await run("policy", "list", *target)
        assert "we like it" in listed.stdout
        back = await run("policy", "rollback", *target, "--yes")
        assert "promotions in force: none" in back.stdout
        assert "nothing is promoted" in (await run("policy", "rollback", *target, "--yes")).stdout


async def test_a_policy_of_the_command_line(storage: Storage, tmp_path: Path) -> None:
    async with shop(storage) as (listen, _):
        target = ("--target", listen)
        put = await run(
            "policy", "put", "even", "diversity=high", "exploration_epsilon=0.1", *target
        )
        assert 'even: diversity="high", exploration_epsilon=0.1' in put.stdout
        wrong = await run("policy", "put", "even", "rewards={}", *target)
        assert wrong.exit_code == 1
        assert "policy.overrides.rewards" in wrong.stderr
        assert "use a shadow" in wrong.stderr
        path = tmp_path / "calm.toml"
        path.write_text('policy_id = "calm"\n[overrides]\nexploration_epsilon = 0.01\n')
        assert "calm" in (await run("policy", "put", str(path), *target)).stdout


async def test_the_file_of_the_documentation_creates_an_experiment(
    storage: Storage, tmp_path: Path
) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "warmer.toml"
    path.write_text(example)
    async with shop(storage) as (listen, client):
        made = await run("experiment", "create", str(path), "--target", listen)
        assert made.exit_code == 0, made.output
        found = await client.get_experiment("warmer-lists")
        assert found.guard_rails[0].worst_relative == -0.05


REFUSED = {
    "end_time": FILE.replace("start_time = 2020-", "end_time = 2021-"),
    "share": FILE.replace("start_time", "share = 0.9\nstart_time"),
    "unit": FILE.replace("start_time", "share = 0.2\nunit = 'user'\nstart_time"),
    "salt": FILE.replace("start_time", "salt = 'two words'\nshare = 0.2\nstart_time"),
    "arms[0].policy_id": FILE.replace("weight = 3", "policy_id = 'unknown'").replace(
        "start_time", "share = 0.2\nstart_time"
    ),
    "layer": FILE.replace("start_time", "layer = 'other'\nstart_time").replace(
        "exploration_temperature", "exploration_epsilon"
    ),
}


async def test_a_refused_experiment_leaves_no_policy(storage: Storage, tmp_path: Path) -> None:
    async with shop(storage) as (listen, client):
        await client.create_experiment(
            Experiment(
                "first",
                (ExperimentArm("a"), ExperimentArm("b", "best")),
                PrimaryMetric("act_rate"),
                share=0.5,
            )
        )
        path = tmp_path / "refused.toml"
        for field, text in REFUSED.items():
            path.write_text(text)
            refused = await run("experiment", "create", str(path), "--target", listen)
            assert refused.exit_code == 1, field
            assert field in refused.stderr
            if field != "layer":  # what the file's own policies set is known when they are written
                assert [one async for one in client.list_policies()] == [], field


async def test_policies_of_two_layers_may_differ_in_settings_of_their_own(
    storage: Storage, file: str, tmp_path: Path
) -> None:
    path = tmp_path / "beside.toml"
    beside = FILE.replace("warm", "even").replace("exploration_temperature", "exploration_epsilon")
    path.write_text(beside.replace("start_time", "layer = 'other'\nstart_time"))
    async with shop(storage) as (listen, _):
        for one in (file, str(path), file):
            made = await run("experiment", "create", one, "--target", listen)
            assert made.exit_code == 0, made.output


BAD_FILES = {
    "experiment_idd = 'x'": "did you mean experiment_id?",
    "experiment_id = 7": "experiment_id: write a text",
    FILE.replace('metric = "act_rate"', ""): "primary: metric must be there",
    FILE.replace("2020-01-01T00:00:00Z", "2020-01-01T00:00:00"): "start_time: write a time with",
    FILE.replace('arm_id = "control"', 'arm = "control"'): "arms[0].arm: there is no such name",
    FILE.replace("weight = 3", "weight = '3'"): "arms[0].weight: write a number",
    'placements = "home"': 'placements: write a list, such as ["home"]',
    "unit = 'person'": "unit: write visitor or user",
    "= 7": "is not TOML",
}


BAD_BYTES = {
    FILE.encode("utf-16"): "is not TOML: save it as UTF-8",
    b"arms = " + b"[" * 20_000: "is not TOML: it is nested too deeply",
    b"experiment_id = 7".join((b"\xef\xbb\xbf", b"")): "experiment_id: write a text",
}


@pytest.mark.parametrize("raw", BAD_BYTES)
@pytest.mark.parametrize("command", ["experiment create", "policy put"])
def test_a_file_that_is_no_toml_is_refused_alike(tmp_path: Path, raw: bytes, command: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_bytes(raw.replace(b"experiment_id", b"policy_id") if "put" in command else raw)
    found = CliRunner().invoke(commands, [*command.split(), str(path), "--target", "x:1"])
    said = BAD_BYTES[raw]
    if "put" in command:
        said = said.replace("experiment_id", "policy_id")
    assert found.exit_code == 2
    assert said in " ".join(found.stderr.split())


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_mistake_in_a_file_is_named_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(text)
    found = CliRunner().invoke(commands, ["experiment", "create", str(path), "--target", "x:1"])
    assert found.exit_code == 2
    assert BAD_FILES[text] in found.stderr


def test_without_a_server_the_command_says_what_it_needs(tmp_path: Path) -> None:
    found = CliRunner().invoke(commands, ["experiment", "list"])
    assert (found.exit_code, "--target H:P" in found.stderr) == (2, True)


async def test_a_placement_that_nobody_has_is_warned_of(storage: Storage, tmp_path: Path) -> None:
    path = tmp_path / "there.toml"
    async with shop(storage) as (listen, client):
        await visit(client, "ann", acts=True)  # at home
        for placement, share in (("hoem", 0.4), ("home", 0.5)):
            text = FILE.replace("warmer", placement).replace('["home"]', f'["{placement}"]')
            path.write_text(text.replace("start_time", f"share = {share}\nstart_time"))
            made = await run("experiment", "create", str(path), "--target", listen)
            assert made.exit_code == 0, made.output
            hint = "no list was seen at hoem yet; did you mean home?"
            assert (hint in made.stderr) == (placement == "hoem")
            report = await run("experiment", "report", placement, "--target", listen)
            assert (hint in report.stdout) == (placement == "hoem")
            assert "? to ?" not in report.stdout


async def test_the_documented_experiment_fits_beside_the_documented_hold_out(
    storage: Storage, tmp_path: Path
) -> None:
    [example] = re.findall(r"```toml\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "warmer.toml"
    async with shop(storage) as (listen, _):
        target = ("--target", listen)
        begun = await run("hold-out", "start", "--share", "0.05", *target)
        assert begun.exit_code == 0, begun.output
        path.write_text(re.sub("share = .*", "", example))
        whole = await run("experiment", "create", str(path), *target)
        assert (whole.exit_code, "write share = 0.75 or less" in whole.stderr) == (1, True)
        path.write_text(example)
        made = await run("experiment", "create", str(path), *target)
        assert made.exit_code == 0, made.output


def test_all_mistakes_of_a_file_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(
        FILE.replace("weight = 3", "wieght = 3")
        .replace('metric = "act_rate"', 'metrik = "act_rate"')
        .replace('placements = ["home"]', "placements = [1, 'home', 2]")
        .replace("[policies.warm]\n", "[policies]\neven = 7\n[policies.warm]\n")
    )
    found = CliRunner().invoke(commands, ["experiment", "create", str(path), "--target", "x:1"])
    assert found.exit_code == 2
    for place in ("wieght", "metrik", "placements[0]", "placements[2]", "policies.even"):
        assert place in found.stderr
