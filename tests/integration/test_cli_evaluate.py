"""`headwater evaluate` on a recorded log: what it reports."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any

import pytest

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.engine.settings import EngineSettings
from headwater_server.replica.ports.position import Position
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.recorded_log import evaluate, recorded, report, toml

__all__ = ["recorded"]
BESIDE = ["champion", "best", "random", "baseline", "popular"]


def policy(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["policies"] if one["policy"] == name)


def test_every_answer_is_the_same_when_asked_again(recorded, tmp_path):
    warm = toml(tmp_path, "warm", "exploration_temperature = 0.3")
    found = report(tmp_path, "--data-dir", recorded.data_dir, "--policy", warm, "--check")
    assert found["check"] == {
        "asked": recorded.lists,
        "equal": recorded.lists,
        "same_items": recorded.lists,
        "share": 1.0,
        "passes": True,
        "first_difference": None,
    }
    assert found["answers"]["same_chances"] == found["answers"]["shown"] == recorded.lists
    assert found["digest"] == recorded.digest
    assert found["until_offset"] == recorded.end.offset
    assert [one["policy"] for one in found["policies"]] == ["champion", "warm", *BESIDE[1:]]
    assert policy(found, "warm")["settings"] == {"exploration_temperature": 0.3}
    assert policy(found, "warm")["verdict"] in ("better", "worse", "no difference seen")
    low, high = policy(found, "warm")["interval"]
    assert low < policy(found, "warm")["value"] < high
    assert set(policy(found, "warm")["by_placement"]) == {"home", "cart"}


def test_the_champion_as_a_policy_is_worth_what_it_was(recorded, tmp_path):
    same = toml(tmp_path, "same", "exploration_epsilon = 0.02\nexploration_temperature = 0.2")
    found = report(tmp_path, "--data-dir", recorded.data_dir, "--policy", same)
    one, champion = policy(found, "same"), policy(found, "champion")
    assert one["value"] == champion["value"]
    assert one["difference_interval"] == [0.0, 0.0]
    assert one["verdict"] == "no difference seen"
    assert one["effective_share"] == pytest.approx(1.0)
    assert one["mean_weight"] == pytest.approx(1.0)
    assert one["beside"]["sn_cascade"] == pytest.approx(champion["value"], rel=1e-3)


def test_the_page_asks_for_nothing_and_escapes_names(recorded, tmp_path):
    report(tmp_path, "--data-dir", recorded.data_dir, "--policy", "best", "--always-valid")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 1  # too few answers for figures by tenth
    assert not re.search(r"(src|href)=|<script|@import|url\(", page)
    assert "default-src 'none'" in page
    assert "<h3>By placement</h3>" in page


def test_nothing_is_written_but_the_report_for_the_console(recorded, tmp_path):
    report(tmp_path, "--data-dir", recorded.data_dir, "--policy", "best")

    async def look() -> tuple[Position, list[str]]:
        async with open_storage(StorageSettings(), data_dir=recorded.data_dir) as storage:
            kept = await storage.evaluations.newest(9)
            stored = {one.name: json.loads(one.report) for one in kept}
            assert stored["best"] == json.loads((tmp_path / "report.json").read_text())
            return await storage.log.head(), list(stored)

    head, names = asyncio.run(look())
    assert head == recorded.end
    assert "best" in names


def test_an_archive_alone_gives_the_same_report(recorded, tmp_path):
    whole = report(tmp_path, "--data-dir", recorded.data_dir, "--policy", "best")
    alone = report(tmp_path, "--archive-dir", recorded.archive_dir, "--policy", "best")
    assert alone["policies"] == whole["policies"]
    assert alone["digest"] == whole["digest"]


def test_a_fold_from_a_snapshot_gives_what_a_fold_from_the_first_entry_gives(recorded, tmp_path):
    since = ("--from", recorded.middle.offset, "--policy", "best", "--check")
    fast = report(tmp_path, "--data-dir", recorded.data_dir, *since)
    slow = report(tmp_path, "--archive-dir", recorded.archive_dir, *since)
    assert fast["policies"] == slow["policies"]
    assert fast["digest"] == slow["digest"] == recorded.digest
    assert fast["answers"]["entries"] < slow["answers"]["entries"]
    assert 0 < fast["answers"]["shown"] < recorded.lists
    assert fast["check"]["equal"] == fast["check"]["asked"] == fast["answers"]["shown"]


def test_from_and_until_part_the_answers(recorded, tmp_path):
    args = ("--archive-dir", recorded.archive_dir, "--policy", "random")
    early = report(tmp_path, *args, "--until", _before(recorded.middle), code=3)
    late = report(tmp_path, *args, "--from", recorded.middle.offset, code=3)
    assert early["answers"]["shown"] + late["answers"]["shown"] == recorded.lists
    assert early["digest"] != late["digest"]


def _before(position: Position) -> str:
    time, _, number = position.offset.partition("-")
    return f"{time}-{int(number) - 1}"


def test_a_policy_that_changes_rewards_has_an_engine_of_its_own(recorded, tmp_path):
    dear = toml(tmp_path, "dear", "[rewards]\nclick = 0.9\n")
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--policy", dear)
    assert "learns the same log" in policy(found, "dear")["how"]
    assert policy(found, "dear")["settings"]["rewards"]["click"] == 0.9
    assert policy(found, "champion")["value"] is not None


def test_another_ranker_is_not_answered_but_given_an_experiment(recorded, tmp_path):
    other = toml(tmp_path, "other", 'ranker = "river:tree.HoeffdingTreeClassifier"')
    path = tmp_path / "other.json"
    flags = ("--archive-dir", recorded.archive_dir, "--policy", other, "--report", path)
    result = evaluate(*flags)
    assert result.exit_code == 3
    one = policy(json.loads(path.read_text()), "other")
    assert one["verdict"] == "not enough overlap"
    assert one["value"] is one["interval"] is one["difference_interval"] is None
    assert one["visitors_needed"] > 1_000
    assert "An experiment finds a difference of 5%" in result.output


def test_a_ranker_that_learns_beside_is_asked_in_the_champions_state(tmp_path):
    rankers = {"same": "listwise", "other": "listwise(rate=0.0, layer_rate=0.02)"}

    async def record() -> None:
        async with open_storage(StorageSettings(), data_dir=tmp_path / "data") as storage:
            shop = RecordedShop(storage.log, settings=EngineSettings(rankers=rankers))
            await shop.begin()
            await shop.serve(240)
            await shop.end()

    asyncio.run(record())
    same, other = (toml(tmp_path, name, f'ranker = "{name}"') for name in rankers)
    args = ("--data-dir", tmp_path / "data", "--policy", same, "--policy", other, "--check")
    found = report(tmp_path, *args)
    assert found["check"]["passes"]
    assert policy(found, "same")["how"] == "answers from the champion's state"
    assert policy(found, "same")["value"] == policy(found, "champion")["value"]
    assert policy(found, "same")["mean_weight"] == pytest.approx(1.0)
    assert policy(found, "same")["effective_share"] == pytest.approx(1.0)
    assert policy(found, "other")["effective_share"] < 0.99
    assert policy(found, "other")["settings"] == {"ranker": "other"}


def test_rankers_of_the_policys_own_state_can_answer(recorded, tmp_path):
    text = 'ranker = "same"\n[rankers]\nsame = "listwise"\n'
    path = toml(tmp_path, "beside", text)
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--policy", path)
    assert "learns the same log" in policy(found, "beside")["how"]
    assert policy(found, "beside")["mean_weight"] == pytest.approx(1.0)


def test_warm_days_are_not_counted_from_a_snapshot(recorded, tmp_path):
    dear = toml(tmp_path, "dear", "[rewards]\nclick = 0.9\n")
    since = ("--data-dir", recorded.data_dir, "--from", recorded.middle.offset, "--policy", dear)
    found = report(tmp_path, *since, "--policy", "best")
    assert "dear is not in the table: no answer after the warm-up" in found["notes"]
    warm = report(tmp_path, *since, "--warm-days", "0")
    assert policy(warm, "dear")["answers"] == warm["answers"]["shown"]


def test_the_first_slot_is_a_single_item(recorded, tmp_path):
    args = ("--archive-dir", recorded.archive_dir, "--policy", "random", "--first-slot")
    found = report(tmp_path, *args, code=3)
    assert policy(found, "champion")["estimator"] == "snips"
    assert policy(found, "random")["verdict"] == "not enough overlap"


@pytest.mark.parametrize(
    ("metric", "names"), [("purchases", ["purchases"]), ("revenue", ["revenue EUR"])]
)
def test_purchases_and_revenue_are_counted_in_their_units(recorded, tmp_path, metric, names):
    args = ("--archive-dir", recorded.archive_dir, "--policy", "best", "--metric", metric)
    found = report(tmp_path, *args, code=None)
    assert list(dict.fromkeys(one["metric"] for one in found["policies"])) == names
    champion = policy(found, "champion")
    assert 0 < champion["effective_acts"] < found["answers"]["acts"]
    assert "purchases have no price" not in " ".join(found["notes"])


def test_one_placement_is_asked_about_alone(recorded, tmp_path):
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--placement", "home")
    whole = report(tmp_path, "--archive-dir", recorded.archive_dir)
    assert found["placement"] == "home"
    assert found["answers"]["shown"] == policy(whole, "champion")["by_placement"]["home"]["answers"]
    assert policy(found, "champion")["by_placement"] == {}
    assert whole["name"] == "baselines"
