"""`headwater evaluate` on logs: recorded ones whose truth is known, and that of a real server."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.cli.publish_state import publish
from headwater_server.cli.root import commands
from headwater_server.replica.ports.position import Position
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.segment import write_segment
from headwater_server.storage.codecs.raw import raw_of
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage, open_storage

VISITS, HALF = 900, 500
BESIDE = ["champion", "best", "random", "baseline", "popular"]


@dataclass(frozen=True)
class Recorded:
    """A recorded log: its data directory, its archive, where a snapshot is, its last digest."""

    data_dir: Path
    archive_dir: Path
    middle: Position
    end: Position
    digest: str
    lists: int


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    data_dir = tmp_path_factory.mktemp("data")
    archive_dir = tmp_path_factory.mktemp("archive")

    async def record() -> Recorded:
        async with open_storage(StorageSettings(), data_dir=data_dir) as storage:
            shop = RecordedShop(storage.log, candidates=True)
            await shop.begin()
            await shop.serve(HALF)
            middle = await shop.end()
            await publish(shop.engine, middle, storage.snapshots)
            await shop.serve(VISITS - HALF)
            end = await shop.end()
            await _archive(storage, archive_dir)
            return Recorded(data_dir, archive_dir, middle, end, shop.engine.digest(), shop.lists)

    return asyncio.run(record())


async def _archive(storage: Storage, directory: Path) -> None:
    """Write the whole log as an archive of three files."""
    found = await storage.store.call("XRANGE", Keys("default").log, "-", "+")
    raws = [raw_of(offset.decode(), _fields(fields)) for offset, fields in found]
    path = Archive(directory, "default").path
    path.mkdir()
    third = len(raws) // 3
    for part in (raws[:third], raws[third : 2 * third], raws[2 * third :]):
        write_segment(path, part)


def _fields(fields: Any) -> dict[bytes, bytes]:
    return (
        dict(fields)
        if isinstance(fields, dict)
        else dict(zip(fields[::2], fields[1::2], strict=True))
    )


def evaluate(*arguments: object) -> Result:
    return CliRunner().invoke(commands, ["evaluate", *map(str, arguments)])


def report(tmp_path: Path, *arguments: object, code: int = 0) -> dict[str, Any]:
    path = tmp_path / "report.json"
    result = evaluate(*arguments, "--report", path)
    assert result.exit_code == code, result.output
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def policy(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in found["policies"] if one["policy"] == name)


def toml(tmp_path: Path, name: str, text: str) -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(text)
    return path


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
    assert one["beside"]["sn_cascade"] == pytest.approx(champion["value"])


def test_the_page_asks_for_nothing_and_escapes_names(recorded, tmp_path):
    report(tmp_path, "--data-dir", recorded.data_dir, "--policy", "best", "--always-valid")
    page = (tmp_path / "report.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") >= 2
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
    early = report(tmp_path, *args, "--until", _before(recorded.middle))
    late = report(tmp_path, *args, "--from", recorded.middle.offset)
    assert early["answers"]["shown"] + late["answers"]["shown"] == recorded.lists
    assert early["digest"] != late["digest"]


def _before(position: Position) -> str:
    time, _, number = position.offset.partition("-")
    return f"{time}-{int(number) - 1}"


def test_a_policy_that_changes_rewards_has_an_engine_of_its_own(recorded, tmp_path):
    dear = toml(tmp_path, "dear", "[rewards]\nclick = 0.9\n")
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--policy", dear, code=3)
    assert "learns the same log" in policy(found, "dear")["how"]
    assert policy(found, "dear")["settings"]["rewards"]["click"] == 0.9
    assert policy(found, "champion")["value"] is not None


def test_another_ranker_is_not_answered_but_given_an_experiment(recorded, tmp_path):
    other = toml(tmp_path, "other", 'ranker = "river:linear_model.LogisticRegression"')
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--policy", other, code=3)
    one = policy(found, "other")
    assert one["verdict"] == "not enough overlap"
    assert one["value"] is one["interval"] is one["difference_interval"] is None
    assert one["visitors_needed"] > 1_000
    result = evaluate("--archive-dir", recorded.archive_dir, "--policy", other)
    assert "An experiment finds a difference of 5%" in result.output


def test_warm_days_are_not_counted_from_a_snapshot(recorded, tmp_path):
    dear = toml(tmp_path, "dear", "[rewards]\nclick = 0.9\n")
    since = ("--data-dir", recorded.data_dir, "--from", recorded.middle.offset, "--policy", dear)
    found = report(tmp_path, *since, "--policy", "best")
    assert "dear is not in the table: no answer after the warm-up" in found["notes"]
    warm = report(tmp_path, *since, "--warm-days", "0", code=3)
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
    found = (
        json.loads((tmp_path / "r.json").read_text())
        if evaluate(*args, "--report", tmp_path / "r.json").exit_code in (0, 3)
        else {}
    )
    assert list(dict.fromkeys(one["metric"] for one in found["policies"])) == names
    champion = policy(found, "champion")
    if metric == "revenue" and champion["value"] is not None:
        assert champion["value"] > 0


def test_one_placement_is_asked_about_alone(recorded, tmp_path):
    found = report(tmp_path, "--archive-dir", recorded.archive_dir, "--placement", "home")
    whole = report(tmp_path, "--archive-dir", recorded.archive_dir)
    assert found["placement"] == "home"
    assert found["answers"]["shown"] == policy(whole, "champion")["by_placement"]["home"]["answers"]
    assert policy(found, "champion")["by_placement"] == {}
    assert whole["name"] == "baselines"


REFUSED: list[tuple[list[str], int, str]] = [
    (["--policy", "warmer"], 2, "--policy warmer: no such policy; write best, random"),
    (["--policy", "champion"], 2, "it is always beside the others"),
    (["--policy", "nowhere.toml"], 2, "there is no file nowhere.toml"),
    (["--policy", "best", "--policy", "best"], 2, "given twice"),
    (["--metric", "joy"], 2, "--metric joy: write act_rate, reward, purchases, revenue"),
    (["--metric", "revenue", "--always-valid"], 2, "--always-valid is for act_rate and reward"),
    (
        ["--placement", "attic"],
        3,
        "no list of the placement 'attic' was shown; the log has cart, home",
    ),
    (["--from", "2026-11-02", "--until", "2026-11-01"], 2, "is after --until"),
    (["--from", "monday"], 2, "--from 'monday': write an offset"),
    (["--from", "2999-01-01"], 3, "no list was reported as seen"),
    (["--level", "95"], 2, "--level 95: must lie between"),
    (["--target", "random"], 2, "--target is for --rows"),
    (["--report", "no/such/place.json"], 2, "--report: there is no directory"),
    (["--report", "page.html"], 2, "the JSON's name"),
]


@pytest.mark.parametrize(("flags", "code", "reason"), REFUSED)
def test_what_cannot_be_asked_is_said_in_words(recorded, flags, code, reason):
    result = evaluate("--archive-dir", recorded.archive_dir, *flags)
    assert result.exit_code == code, result.output
    assert reason in " ".join(result.output.split())
    assert "act_rate " not in result.output


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exploration_temprature = 0.3", "did you mean exploration_temperature?"),
        ("exploration_epsilon = 2", "exploration_epsilon = 2: must lie between 0 and 1"),
        ('diversity = "some"', "write none, low, medium, high or auto"),
        ("attribution_window_minutes = -1", "attribution_window_minutes = -1.0: must lie"),
        ('ranker = "river:nothing"', "ranker"),
        ("exploration_epsilon = ", "bad.toml"),
        ("redis_url = 'redis://x'", "there is no such setting of the engine"),
    ],
)
def test_a_policy_file_with_a_wrong_value_is_named_with_the_fix(recorded, tmp_path, text, reason):
    path = toml(tmp_path, "bad", text)
    result = evaluate("--archive-dir", recorded.archive_dir, "--policy", path)
    assert result.exit_code == 2, result.output
    assert reason in " ".join(result.output.split())


def test_no_source_and_one_that_does_not_exist_are_refused(tmp_path):
    assert "give one of --data-dir" in evaluate("--policy", "best").output
    missing = evaluate("--data-dir", tmp_path / "nowhere")
    assert (missing.exit_code, "there is no directory" in missing.output) == (2, True)
    empty = evaluate("--archive-dir", tmp_path)
    assert (empty.exit_code, "has no archived entries" in empty.output) == (2, True)


def test_an_archive_with_a_gap_gives_no_number(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    second = Archive(copy, "default").files()[1]
    second.unlink()
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert "the log is broken: expected entry" in result.output
    assert "a gap in the archive" in result.output


def test_an_archive_that_lost_its_beginning_says_what_to_do(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    Archive(copy, "default").files()[0].unlink()
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert "give the archive of the entries before" in " ".join(result.output.split())


def test_a_damaged_file_of_the_archive_is_named(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    second = Archive(copy, "default").files()[1]
    raw = bytearray(second.read_bytes())
    raw[-100] ^= 1
    second.write_bytes(bytes(raw))
    result = evaluate("--archive-dir", copy, "--policy", "best")
    assert result.exit_code == 1
    assert second.name in "".join(result.output.split())
