"""`headwater causal`: what cannot be asked or read is said in words, with the fix."""

from __future__ import annotations

import shutil

import pytest

from headwater_server.inference.causal import packages
from headwater_server.storage.archive.archive import Archive
from tests.integration.causal_command import run, words
from tests.integration.recorded_log import recorded

__all__ = ["recorded"]
HOME = ("--placement", "home")
ITEM = ("--item", "item-1", *HOME)
REFUSED: list[tuple[tuple[str, ...], int, str]] = [
    (HOME, 2, "give one of --item, --filter and --category"),
    ((*ITEM, "--category", "lamps"), 2, "give one of --item, --filter and --category"),
    (("--item", "item-1"), 2, "give --placement"),
    (("--item", "", *HOME), 2, "--item: is empty"),
    (("--category", "  ", *HOME), 2, "--category: is empty"),
    (("--item", "no-such", *HOME), 3, "the item no-such is not known"),
    (("--item", "it\nem\x1b[31m", *HOME), 3, "is not known"),
    (("--filter", "price <", *HOME), 2, "--filter: at character 8: a number or a text in"),
    (("--filter", "price < -1", *HOME), 3, "items with price < -1 was a candidate in none of"),
    (("--filter", "colour_of_moon = 3", *HOME), 3, "was a candidate in none of"),
    (("--category", 'a"b\\', *HOME), 3, "was a candidate in none of"),
    (("--category", "\\", *HOME), 3, "was a candidate in none of"),
    (("--category", 'x" OR price > 0 OR categories: ANY("y', *HOME), 3, "candidate in none of"),
    (("--category", "Лампы \N{ELECTRIC LIGHT BULB}", *HOME), 3, "was a candidate in none of"),
    (("--category", "x" * 6_000, *HOME), 2, "--category: at character 5001: longer than 5000"),
    (("--item", "item-1", "--placement", "attic"), 3, "no list of the placement 'attic' was shown"),
    ((*ITEM, "--outcome", "joy"), 2, "--outcome joy: write purchase, act, revenue"),
    ((*ITEM, "--window-hours", "0"), 2, "--window-hours 0: must be above 0"),
    ((*ITEM, "--window-hours", "-1"), 2, "--window-hours -1: must be above 0"),
    ((*ITEM, "--window-hours", "nan"), 2, "--window-hours nan: must be above 0"),
    ((*ITEM, "--window-hours", "inf"), 2, "--window-hours inf: must be above 0"),
    ((*ITEM, "--window-hours", "1e12"), 2, "and at most 8784"),
    ((*ITEM, "--level", "95"), 2, "--level 95: must lie between"),
    ((*ITEM, "--from", "monday"), 2, "--from 'monday': write an offset"),
    ((*ITEM, "--from", "2026-11-02", "--to", "2026-11-01"), 2, "is after --to 2026-11-01"),
    ((*ITEM, "--from", "2999-01-01"), 3, "no list was reported as seen"),
    ((*ITEM, "--to", "2001-01-01"), 3, "no list was reported as seen"),
    ((*ITEM, "--report", "no/such/place"), 2, "--report: there is no directory"),
    ((*ITEM, "--report", "pyproject.toml"), 2, "is a file; give a directory"),
]


@pytest.mark.parametrize(("flags", "code", "reason"), REFUSED)
def test_what_cannot_be_asked_is_said_in_words(recorded, flags, code, reason):
    result = run("--archive-dir", recorded.archive_dir, *flags)
    assert result.exit_code == code, result.output
    assert reason in words(result)
    assert "effect (interval)" not in result.output
    assert "\x1b" not in result.output


def test_no_source_and_one_that_does_not_exist_are_refused(tmp_path):
    assert "give one of --data-dir" in run(*ITEM).output
    missing = run("--data-dir", tmp_path / "nowhere", *ITEM)
    assert (missing.exit_code, "there is no directory" in missing.output) == (2, True)
    empty = run("--archive-dir", tmp_path, *ITEM)
    assert (empty.exit_code, "has no archived entries" in empty.output) == (2, True)


def test_an_archive_with_a_gap_gives_no_figure(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    Archive(copy, "default").files()[1].unlink()
    result = run("--archive-dir", copy, *ITEM)
    assert result.exit_code == 1
    assert "the log is broken: expected entry" in result.output


def test_an_archive_that_lost_its_beginning_says_what_to_do(recorded, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(recorded.archive_dir, copy)
    Archive(copy, "default").files()[0].unlink()
    result = run("--archive-dir", copy, *ITEM)
    assert result.exit_code == 1
    assert "give the archive of the entries before" in words(result)


def test_without_the_extra_the_command_says_how_to_install_it(recorded, monkeypatch):
    monkeypatch.setattr(packages, "find_spec", lambda name: None)
    result = run("--archive-dir", recorded.archive_dir, *ITEM)
    assert result.exit_code == 2
    assert (
        "causal needs statsmodels, linearmodels, semopy: pip install 'headwater-server["
        in words(result)
    )
