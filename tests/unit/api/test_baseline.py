"""The API's guard: what callers use cannot go, what is added may come."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
RECOMMEND = "protos/headwater/v1/recommendation_service.proto"
EVENT = "protos/headwater/v1/event.proto"


@pytest.fixture(scope="module")
def baseline() -> ModuleType:
    spec = importlib.util.spec_from_file_location("baseline", ROOT / "scripts" / "baseline.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path, baseline) -> Path:
    """Copy the protos, with a baseline of just now: what it says is the test's own change."""
    for name in ("protos", "third_party"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    (tmp_path / baseline.BASELINE).unlink()
    assert baseline.main([], tmp_path) == 0
    return tmp_path


def seldom(*arguments: str) -> object:
    return pytest.param(*arguments, marks=pytest.mark.thorough)


def change(tree: Path, proto: str, old: str, new: str) -> None:
    text = (tree / proto).read_text()
    assert text.count(old) >= 1, f"{old!r} is not in {proto}"
    (tree / proto).write_text(text.replace(old, new, 1))


def test_the_api_holds_what_its_committed_baseline_promised(baseline, capsys) -> None:
    assert baseline.main(["--check"]) == 0, capsys.readouterr().out


@pytest.mark.parametrize(
    ("proto", "old", "new", "said"),
    [
        (RECOMMEND, "  int32 page_size = 5;\n", "", 'Previously present field "5" with name'),
        (RECOMMEND, "int32 page_size = 5;", "int32 page_size = 999;", 'field "5" with name "page'),
        seldom(RECOMMEND, "int32 page_size = 5;", "int64 page_size = 5;", "changed type from"),
        seldom(RECOMMEND, "int32 page_size = 5;", "int32 of_page = 5;", "changed name from"),
        seldom(RECOMMEND, "rpc ListTrendingItems(", "rpc ListThem(", "Previously present RPC"),
        seldom(EVENT, "EVENT_STATUS_QUARANTINED = 4", "EVENT_STATUS_BAD = 4", "changed name from"),
        (RECOMMEND, 'post: "/v1/recommend"', 'post: "/v2/recommend"', "POST /v1/recommend body=*"),
    ],
)
def test_a_change_that_breaks_a_caller_fails_the_check(
    tree, baseline, capsys, proto, old, new, said
) -> None:
    change(tree, proto, old, new)
    assert baseline.main(["--check"], tree) == 1
    assert said in capsys.readouterr().out
    assert baseline.main([], tree) == 1, "the baseline does not move over a break"
    assert baseline.main(["--force"], tree) == 0
    assert baseline.main(["--check"], tree) == 0


def test_what_is_added_is_no_break_and_moves_the_baseline(tree, baseline, capsys) -> None:
    added = "int32 page_size = 5;\n  // What a test added.\n  string added_by_a_test = 999;"
    change(tree, RECOMMEND, "int32 page_size = 5;", added)
    assert baseline.main(["--check"], tree) == 0
    assert baseline.main([], tree) == 0
    change(tree, RECOMMEND, added, "int32 page_size = 5;")
    assert baseline.main(["--check"], tree) == 1
    assert "added_by_a_test" in capsys.readouterr().out
