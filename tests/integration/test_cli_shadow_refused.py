"""`headwater shadow` refuses what it cannot do, with the flag and the fix."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from headwater_server.replica.ports.position import Position
from headwater_server.storage.key_names import Keys
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.recorded_log import Recorded, recorded, toml
from tests.integration.test_cli_shadow import shadow

__all__ = ["recorded"]


def refused(*arguments: object, code: int = 2) -> str:
    result = shadow(*arguments)
    assert result.exit_code == code, result.output
    return " ".join(result.output.split())


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ((), "give --policy with a policy or a file, or --set NAME=VALUE with --name"),
        (("--set", "ranker=listwise"), "give the shadow a name with --name"),
        (("--set", "ranker"), "--set ranker: write NAME=VALUE"),
        (("--policy", "champion"), "leave it out, and give --set and --name"),
        (("--policy", "none"), "no such policy; write best, random, baseline, popular"),
        (("--policy", "best", "--set", "diversity=low"), "best is a baseline"),
        (("--policy", "gone.toml"), "gone.toml: there is no such file"),
        (("--name", "a b", "--set", "diversity=low"), "--name a b: write 1 to 57 of"),
        (("--name", "x", "--set", "divrsity=low"), "did you mean diversity"),
        (("--name", "x", "--set", "diversity=loud"), "diversity"),
        (("--policy", "best", "--metric", "clicks"), "--metric clicks: write act_rate"),
        (("--policy", "best", "--level", "0.2"), "--level 0.2: must lie between 0.5 and 0.9999"),
        (("--policy", "best", "--from", "monday"), "--from 'monday': write an offset"),
        (("--policy", "best", "--state", "ftp://x/y"), "--state: write file:///directory"),
        (("--policy", "best", "--state", ""), "--state is empty"),
        (("--policy", "best", "--metrics-listen", "9465"), "--metrics-listen 9465: write host"),
        (("--policy", "best", "--report", "r.json", "--stay"), "--report goes with --once"),
    ],
)
def test_flags_that_make_no_sense_are_named(recorded, flags, said):
    stays = "--stay" in flags
    given = [one for one in flags if one != "--stay"]
    once = [] if stays else ["--once"]
    assert said in refused("--archive-dir", recorded.archive_dir, *given, *once)


def test_an_empty_log_has_no_list_to_ask_about(tmp_path: Path) -> None:
    said = refused("--data-dir", tmp_path, "--policy", "best", "--once", code=3)
    assert "no list was asked yet: send impression events" in said


def test_a_shadow_that_stays_needs_a_log_that_grows(recorded: Recorded) -> None:
    said = refused("--archive-dir", recorded.archive_dir, "--policy", "best")
    assert "--archive-dir alone does not grow: give --once" in said
    said = refused("--data-dir", recorded.data_dir, "--policy", "best", code=1)
    assert "no server runs on" in said
    assert "or give --once" in said


def test_a_policy_that_is_in_force_is_nothing_to_compare(
    recorded: Recorded, tmp_path: Path
) -> None:
    same = toml(tmp_path, "same", "exploration_epsilon = 0.02\n")
    flags = ("--archive-dir", recorded.archive_dir, "--policy", same, "--once")
    assert "its settings (exploration_epsilon=0.02) are those in force" in refused(*flags, code=1)


def test_a_state_of_another_log_is_refused(recorded: Recorded, tmp_path: Path) -> None:
    state = (
        "--policy",
        "best",
        "--state",
        tmp_path / "state",
        "--once",
        "--window-minutes",
        "0.001",
    )
    whole = shadow("--data-dir", recorded.data_dir, *state)
    assert whole.exit_code in (0, 3), whole.output
    other = tmp_path / "other"
    other.mkdir()
    said = refused("--data-dir", other, *state, code=1)
    assert "which the log does not have (it ends with entry 0)" in said
    assert "Give another --state" in said


def test_a_log_without_its_beginning_says_what_is_needed(
    recorded: Recorded, tmp_path: Path
) -> None:
    data_dir = tmp_path / "data"

    async def fill() -> Position:
        """Copy the log without its first half, as a store that was trimmed has it."""
        async with (
            open_storage(StorageSettings(), data_dir=recorded.data_dir) as storage,
            open_storage(StorageSettings(), data_dir=data_dir) as other,
        ):
            keys = Keys("default")
            dumped = await storage.store.call("DUMP", keys.log)
            await other.store.call("RESTORE", keys.log, 0, dumped)
            await other.store.call("XTRIM", keys.log, "MINID", recorded.middle.offset)
            return recorded.middle

    asyncio.run(fill())
    said = refused("--data-dir", data_dir, "--policy", "best", "--once", code=1)
    assert "--archive-dir" in said
    assert "headwater lake restore" in said
