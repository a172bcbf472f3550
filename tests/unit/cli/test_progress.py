"""Progress: what is quick prints nothing, what is not says where it is."""

from __future__ import annotations

import pytest

from headwater_server.cli import progress
from headwater_server.cli.progress import Progress


def test_quick_work_prints_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("replay", 3, quick=True) as bar:
        for done in range(1, 4):
            bar.at(done)
    assert capsys.readouterr().err == ""


def test_work_that_is_not_quick_after_all_prints_where_it_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PLAIN_SECONDS", 0.0)
    with Progress("replay", 3, quick=True) as bar:
        bar.at(1, "entries")
        bar.at(3, "entries")
    assert capsys.readouterr().err == "replay: 1 of 3 entries\nreplay: 3 of 3 entries\n"
