"""A shadow goes on from its own state: what it finds is what one finds that never stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import CollectorRegistry

from benchmarks.evaluation.recorded import RecordedShop
from headwater_server.cli.evaluating.wanted import wanted_policy
from headwater_server.cli.progress import Progress
from headwater_server.engine.messages.entries import Entry, UserErase
from headwater_server.engine.messages.experiments import PolicyWrite
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CommandFailed
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.shadow.asked import ShadowAsked
from headwater_server.evaluation.shadow.beginning import begin
from headwater_server.evaluation.shadow.families import families
from headwater_server.evaluation.shadow.report import report
from headwater_server.evaluation.shadow.row_codec import decode_rows, encode_rows
from headwater_server.evaluation.shadow.running import Running
from headwater_server.evaluation.shadow.shadow import Shadow
from headwater_server.evaluation.shadow.stored import StoredShadow
from headwater_server.replica.ports.position import Position, time_ms_of
from headwater_server.storage.archive.archive import Archive
from headwater_server.storage.archive.archived_log import ArchivedLog
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.recorded_log import Recorded, recorded

__all__ = ["recorded"]
DEAR = wanted_policy("dear", {"rewards": {"click": 0.9}, "without": ["next"]})
WARM = wanted_policy("warm", {"exploration_temperature": 0.3})


def asked(recorded: Recorded, wanted: Any = DEAR, **given: Any) -> ShadowAsked:
    """A window that is a part of the log, which was recorded in some seconds."""
    ends = (time_ms_of(one.offset) for one in (recorded.end, recorded.middle))
    minutes = max(1.0, abs(next(ends) - next(ends)) / 4) / 60_000
    return ShadowAsked(f"{wanted.name}.shadow", wanted, window_minutes=minutes, **given)


def source_of(recorded: Recorded) -> Source:
    log = ArchivedLog(Archive(recorded.archive_dir, "default"))
    return Source(log, None, {"archive": "recorded"})


async def followed(shadow: Shadow, until: Callable[[], object]) -> None:
    head = await shadow.source.end()
    while await shadow.step(head):
        if until():
            return


async def finished(shadow: Shadow) -> dict[str, Any]:
    head = await shadow.source.end()
    while await shadow.step(head, to_the_end=True):
        pass
    await shadow.ask_the_last()
    return report(shadow, publish_s=1.0, is_caught_up=True)


def comparable(found: dict[str, Any]) -> dict[str, Any]:
    kept = ("policies", "answers", "from_offset", "until_offset", "builds", "notes")
    shadow = {name: one for name, one in found["shadow"].items() if name != "quality"}
    return {**{name: found[name] for name in kept}, "shadow": shadow}


@pytest.mark.parametrize("wanted", [DEAR, WARM], ids=["own", "shared"])
async def test_a_state_that_was_stored_half_way_gives_the_same(
    recorded: Recorded, tmp_path: Path, wanted: Any
) -> None:
    source, what = source_of(recorded), asked(recorded, wanted)
    whole = await finished(await begin(source, what, recorded.end.sequence))
    stopped = await begin(source, what, recorded.end.sequence)
    await followed(stopped, lambda: len(stopped.rows) > recorded.lists // 3)
    assert recorded.lists // 3 < len(stopped.rows) < recorded.lists - 50
    stored = StoredShadow(tmp_path.as_uri(), "default", what.name, 1_000)
    await stored.save(stopped)
    again = await StoredShadow(tmp_path.as_uri(), "default", what.name, 1_000).load(
        source, what, recorded.end.sequence
    )
    assert again is not None
    assert again.position == stopped.position
    assert again.engine.digest() == stopped.engine.digest()
    assert again.ahead.position.sequence < stopped.ahead.position.sequence
    resumed = await finished(again)
    assert comparable(resumed) == comparable(whole)
    assert again.behind.champion.digest() == recorded.digest
    assert (again.engine.digest() == recorded.digest) == (wanted is WARM)


async def test_a_state_of_other_settings_begins_again(recorded: Recorded, tmp_path: Path) -> None:
    source, what = source_of(recorded), asked(recorded)
    stored = StoredShadow(tmp_path.as_uri(), "default", what.name, 1_000)
    shadow = await begin(source, what, recorded.end.sequence)
    await followed(shadow, lambda: len(shadow.rows) > 50)
    await stored.save(shadow)
    dearer = replace(what, wanted=wanted_policy("dear", {"rewards": {"click": 0.8}}))
    assert await stored.load(source, dearer, recorded.end.sequence) is None
    other = await begin(source, dearer, recorded.end.sequence)
    await followed(other, lambda: len(other.rows) > 0)
    assert other.position.sequence <= shadow.position.sequence
    await stored.save(other)  # instead of the one before, although that is further
    found = await stored.load(source, dearer, recorded.end.sequence)
    assert found is not None
    assert found.position == other.position
    assert await stored.load(source, what, recorded.end.sequence) is None


async def test_only_the_newest_lists_count(recorded: Recorded) -> None:
    what = asked(recorded, WARM, answers_max=300)
    found = await finished(await begin(source_of(recorded), what, recorded.end.sequence))
    assert found["answers"]["shown"] == 300
    assert found["answers"]["asked"] == recorded.lists
    assert "only the newest 300 lists count (--answers-max)" in found["notes"]


async def test_progressive_figures_have_intervals_and_the_difference(tmp_path: Path) -> None:
    quick = EngineSettings(attribution_window_minutes=0.002)  # so that windows close, and teach
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        shop = RecordedShop(storage.log, settings=quick)
        await shop.begin()
        await shop.serve(800)
        await shop.end()
        less = wanted_policy("less", {"without": ["next"]})
        what = ShadowAsked("less.shadow", less, window_minutes=0.01)
        source = Source(storage.log, storage.snapshots, {})
        found = await finished(await begin(source, what, 10**9))
    figures = {one["name"]: one for one in found["shadow"]["quality"]}
    assert set(figures) == {"hit_rate_at_20", "log_loss", "log_loss_base_rate", "calibration_error"}
    loss = figures["log_loss"]
    assert loss["difference"] == pytest.approx(loss["shadow"] - loss["champion"])
    assert loss["shadow_interval"][0] < loss["shadow"] < loss["shadow_interval"][1]
    assert loss["difference_interval"][0] < loss["difference"] < loss["difference_interval"][1]
    assert np.ptp(loss["difference_interval"]) < np.ptp(loss["shadow_interval"])
    agreement = found["shadow"]["agreement"]
    assert 0.0 < agreement["top_item"]["value"] < 1.0
    assert agreement["items"]["interval"][0] < agreement["items"]["value"]


async def test_the_champion_as_a_shadow_agrees_with_itself(recorded: Recorded) -> None:
    same = wanted_policy("same", {"exploration_epsilon": 0.02})
    found = await finished(await begin(source_of(recorded), asked(recorded, same), 10**9))
    assert found["shadow"]["agreement"]["top_item"]["value"] == 1.0
    assert found["shadow"]["agreement"]["items"]["value"] == 1.0
    champion, own = found["policies"]
    assert own["value"] == champion["value"]
    assert own["difference_interval"] == [0.0, 0.0]


async def test_rows_come_back_from_their_columns(recorded: Recorded) -> None:
    shadow = await begin(source_of(recorded), asked(recorded), 10**9)
    await finished(shadow)
    rows = list(shadow.rows)
    again = decode_rows(encode_rows(rows))
    for one, two in zip(rows, again, strict=True):
        assert one.answer.earned == two.answer.earned
        assert one.answer.profile == two.answer.profile
        assert one.answer.slate.propensities == two.answer.slate.propensities
        assert one.answer.place == two.answer.place
        assert np.array_equal(one.champion, two.champion)
        assert (one.own is None) == (two.own is None)
        assert (one.is_same_top, one.in_common) == (two.is_same_top, two.in_common)


async def test_metrics_say_how_far_it_is(recorded: Recorded) -> None:
    shadow = await begin(source_of(recorded), asked(recorded), recorded.end.sequence)
    running = Running(
        shadow, shadow.source.end, evaluations=None, stored=None, stopping=asyncio.Event()
    )
    await followed(shadow, lambda: len(shadow.rows) > 50)

    class All(CollectorRegistry):
        def collect(self) -> Any:
            return families(running)

    text = generate_latest(All()).decode()
    behind = recorded.end.sequence - shadow.position.sequence
    assert f"headwater_shadow_entries_behind {float(behind)}" in text
    assert f"headwater_shadow_answers_asked_total {float(len(shadow.rows))}" in text
    assert "headwater_shadow_caught_up 0.0" in text


async def test_a_policy_that_is_written_again_ends_it(recorded: Recorded) -> None:
    source = source_of(recorded)
    shadow = await begin(source, asked(recorded, WARM, on_log=WARM.policy), 0)
    with pytest.raises(CommandFailed, match=r"policy warm was written again at 5-0"):
        shadow._check(_write("warm", '{"exploration_temperature": 0.5}'))
    shadow._check(_write("warm", '{"exploration_temperature": 0.3}'))
    shadow._check(_write("other", '{"exploration_temperature": 0.5}'))
    of_file = await begin(source, asked(recorded, WARM), 0)
    of_file._check(_write("warm", '{"exploration_temperature": 0.5}'))


def _write(name: str, overrides: str) -> Any:
    class Logged:
        position = Position("5-0", 5)
        entry = Entry(1, (PolicyWrite(name, overrides),))

    return Logged()


async def test_an_erased_person_leaves_what_a_shadow_keeps(tmp_path: Path) -> None:
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        shop = RecordedShop(storage.log, shoppers=20)
        await shop.begin()
        await shop.serve(200)
        await shop.end()
        person = shop.simulator.shoppers[0].visitor_id
        await storage.log.append([storage.log.encode([UserErase(visitor_ids=(person,))])])
        shadow = await begin(Source(storage.log, None, {}), ShadowAsked("w", WARM), 10**9)
        head = await shadow.source.end()
        while shadow.position.sequence < head.sequence // 2:
            await shadow.step(head, to_the_end=True)
        await finished(shadow)
    visitors = [row.answer.visitor_id for row in shadow.rows]
    assert len(visitors) > 150
    assert sum(one.startswith("erased") for one in visitors) > 3
    assert person not in visitors
    state = shadow.rows.state()
    assert person not in [*state["visitor_id"], *state["user_id"]]


async def test_entries_that_are_trimmed_before_they_are_read_end_it(tmp_path: Path) -> None:
    async with open_storage(StorageSettings(), data_dir=tmp_path) as storage:
        shop = RecordedShop(storage.log, shoppers=20)
        await shop.begin()
        await shop.serve(200)
        end = await shop.end()
        source = Source(storage.log, None, {})
        shadow = await begin(source, ShadowAsked("w", WARM), 10**9)
        await shadow.step(await source.end(), to_the_end=True)
        assert 0 < shadow.position.sequence < end.sequence
        await storage.store.call("XTRIM", Keys("default").log, "MINID", end.offset)
        running = Running(
            shadow, source.end, evaluations=None, stored=None, stopping=asyncio.Event()
        )
        shadow.ahead.position = shadow.position  # as if it had not read ahead yet
        with pytest.raises(CommandFailed, match=r"missing: give --archive-dir .* lake restore"):
            await running.once(lambda _, __: Progress("shadow", 0))
