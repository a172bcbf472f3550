"""`headwater causal` on a recorded log: what it reports."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace

import pytest

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.evaluation.replay.shown import shown_in
from headwater_server.evaluation.simulator import Simulator
from headwater_server.replica.ports.position import START
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.causal_command import ALL, report, run, words
from tests.integration.conftest import url_of
from tests.integration.recorded_log import recorded

__all__ = ["recorded"]
LAMPS = ("--category", "lamps", "--placement", "home", "--window-hours", "1")


@pytest.fixture(scope="module")
def whole(recorded, tmp_path_factory):
    """The report on acts on any item."""
    path = tmp_path_factory.mktemp("whole")
    found = report(path, "--archive-dir", recorded.archive_dir, *ALL, "--outcome", "act", code=0)
    return path / "report", found


def test_every_line_names_whom_it_speaks_of_and_what_it_assumes(whole):
    _, found = whole
    lines = {one["line"]: one for one in found["lines"]}
    assert list(lines) == [
        "naive_placed", "naive_seen", "matched_logged", "weighted_logged", "matched", "weighted",
        "doubly_robust", "instrument", "two_stage", "structural",
    ]  # fmt: skip
    for one in lines.values():
        assert one["whom"]
        assert one["assumes"]
        low, high = one["interval"]
        assert low < one["value"] < high
        assert one["placebo"]["value"] is not None
    assert [key for key, one in lines.items() if one["for_comparison"]] == list(lines)[:4]
    head = found["headline"]["placing"]
    assert head["value"] == lines["doubly_robust"]["value"]
    assert head["mean_with"] - head["mean_without"] == pytest.approx(head["value"])
    assert found["headline"]["seeing"]["value"] == lines["instrument"]["value"]
    assert found["first_stage_f"] > 100
    assert found["sensitivity"]["robustness"] > found["sensitivity"]["robustness_of_interval"]
    assert max(abs(one["weighted"]) for one in found["balance"]) <= 0.1
    assert found["balance"][0]["name"] == "chance"
    assert abs(found["balance"][0]["before"]) > 0.5


def test_items_are_in_lists_as_often_as_their_replayed_chance_says(whole):
    _, found = whole
    assert found["counts"]["same_chances"] == found["counts"]["asked"] > 400
    for tenth in found["by_chance"]:
        spread = (tenth["chance"] * (1.0 - tenth["chance"]) / tenth["rows"]) ** 0.5
        assert tenth["placed"] == pytest.approx(tenth["chance"], abs=4.0 * spread + 0.02)


def test_the_lists_with_an_item_are_those_of_the_log(recorded, tmp_path):
    found = report(tmp_path, "--data-dir", recorded.data_dir, *LAMPS, code=3)

    async def placed() -> tuple[int, int]:
        lamps = {i.item_id for i in Simulator(1, 600).shop.items if i.category_name == "lamps"}
        counts = lists = 0
        async with open_storage(StorageSettings(), data_dir=recorded.data_dir) as storage:
            async for logged in storage.log.iterate(START):
                for one in shown_in(logged.entry.operations):
                    if one.slate.placement == "home":
                        lists += 1
                        counts += len(lamps & set(one.slate.item_ids))
            assert await storage.log.head() == recorded.end  # nothing was written
        return lists, counts

    lists, counts = asyncio.run(placed())
    assert found["counts"]["shown"] == found["counts"]["asked"] == lists
    assert sum(found["chances"]["placed"]) == counts
    assert found["counts"]["rows"] == sum(
        found["chances"]["placed"] + found["chances"]["not_placed"]
    )
    assert found["digest"] == recorded.digest


def test_the_page_has_its_plots_and_asks_for_nothing(whole):
    folder, _ = whole
    page = (folder / "causal.html").read_text()
    assert page.startswith("<!doctype html>")
    assert page.count("<svg") == 4  # effects of placing and of seeing, balance, chances
    assert "default-src 'none'" in page
    assert not re.search(r"(src|href)=|<script|@import|url\(", page)
    assert "nan" not in page.lower().replace("finance", "")


def test_from_and_to_and_a_snapshot_part_the_lists(recorded, tmp_path):
    late = (*LAMPS, "--from", recorded.middle.offset)
    fast = report(tmp_path, "--data-dir", recorded.data_dir, *late, code=3)
    slow = report(tmp_path, "--archive-dir", recorded.archive_dir, *late, code=3)
    assert fast["counts"]["shown"] == slow["counts"]["shown"] > 0
    assert fast["chances"] == slow["chances"]
    time, _, number = recorded.middle.offset.partition("-")
    until = ("--to", f"{time}-{int(number) - 1}")
    early = report(tmp_path, "--archive-dir", recorded.archive_dir, *LAMPS, *until, code=3)
    whole = report(tmp_path, "--archive-dir", recorded.archive_dir, *LAMPS, code=3)
    assert early["counts"]["shown"] + slow["counts"]["shown"] == whole["counts"]["shown"]


def test_json_goes_to_standard_output_alone(recorded):
    result = run("--archive-dir", recorded.archive_dir, *LAMPS, "--json")
    found = json.loads(result.stdout)
    assert result.exit_code == 3
    assert found["kind"] == "headwater causal report"
    assert found["headline"]["placing"]["value"] is None
    assert found["headline"]["placing"]["problems"]


async def test_a_shop_on_a_real_redis_is_asked_about_one_item(storage, server_dir, settings):
    shop = RecordedShop(storage.log, seed=3, shoppers=60)
    await shop.begin()
    await shop.serve(160)
    await shop.end()
    item = await most_shown(storage)
    place = "--redis-url", url_of(server_dir), "--catalogue", settings.catalogue
    asked = "--item", item, "--placement", "home", "--outcome", "act", "--window-hours", "1"
    result = await asyncio.to_thread(run, *place, *asked)
    assert result.exit_code == 3, result.output
    said = words(result)
    assert f"The item {item} at home: act within 1 hour" in said
    assert "No figure for placing: of the rows with overlap" in said
    assert "at least 200 are needed" in said
    assert "effect (interval)" not in said


async def most_shown(storage) -> str:
    counts: dict[str, int] = {}
    async for logged in storage.log.iterate(START):
        for one in shown_in(logged.entry.operations):
            for item_id in one.slate.item_ids:
                counts[item_id] = counts.get(item_id, 0) + 1
    return max(counts, key=counts.__getitem__)


async def test_lists_of_another_state_give_no_figure(storage, server_dir, settings):
    """The server answered under settings that are not on its log, as another build would."""
    shop = RecordedShop(storage.log, seed=4, shoppers=100)
    await shop.begin()
    other = replace(shop.settings, exploration_temperature=0.5)
    shop.engine.apply(Entry(shop.engine.parts.clock_ms, (SettingsChange(other, "hidden"),)))
    await shop.serve(240)
    await shop.end()
    place = "--redis-url", url_of(server_dir), "--catalogue", settings.catalogue
    result = await asyncio.to_thread(run, *place, *ALL, "--outcome", "act")
    assert result.exit_code == 3, result.output
    assert "lists have the same chances when asked again" in words(result)
    assert "more" not in words(result).split("No figure for placing")[0].split("visitors")[-1]
