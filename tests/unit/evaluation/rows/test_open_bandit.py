from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from headwater_server.evaluation.rows.open_bandit import read_open_bandit
from headwater_server.reading.problems import BadFile

HEAD = "policy,campaign,item_id,position,click,propensity"


def file(path: Path, *rows: str, head: str = HEAD) -> Path:
    name = path / "rows.csv.gz"
    name.write_bytes(gzip.compress("\n".join([head, *rows, ""]).encode()))
    return name


def test_rows_of_the_target_are_the_truth_and_all_others_are_logged(tmp_path):
    rows = read_open_bandit(
        file(
            tmp_path,
            "bts,men,a,1,1,0.5",
            "random,men,b,1,1,0.25",
            "random,men,a,1,0,0.25",
            "bts,men,b,1,0,0.125",
        ),
        "random",
    )
    assert rows.shown.earned.tolist() == [1.0, 0.0]
    assert rows.own == {"random": 0.5}
    chances = rows.policies["random"]
    assert (chances.slot / chances.slot_logged)[:, 0].tolist() == [1.0, 4.0]


def test_a_policy_that_is_known_by_its_rows_has_their_shares(tmp_path):
    logged = [f"random,men,{item},1,0,0.5" for item in "ab"]
    own = [f"bts,men,{item},1,0,0.9" for item in "aaab"]
    rows = read_open_bandit(file(tmp_path, *logged, *own), "bts")
    shares = rows.policies["bts"].slot[:, 0]
    assert shares == pytest.approx([3.1 / 4.2, 1.1 / 4.2])
    assert set(rows.policies) == {"random", "bts"}


def test_campaigns_are_groups_and_position_and_campaign_may_be_missing(tmp_path):
    rows = read_open_bandit(
        file(tmp_path, "bts,a,1,0.5", "bts,b,0,0.5", head="policy,item_id,click,propensity"),
        "random",
    )
    assert rows.shown.group_names == ("all",)
    assert rows.own == {}
    two = read_open_bandit(
        file(tmp_path, "bts,men,a,1,1,0.5", "bts,women,b,1,0,0.5", "bts,women,c,1,0,0.5"), "random"
    )
    women = two.group("women")
    assert women.shown.lists == 2
    assert women.shown.group_names == ("women",)
    assert women.policies["random"].slot[:, 0].tolist() == [0.5, 0.5]
    with pytest.raises(BadFile, match=r"no row has the placement 'kids'; the file has men, women"):
        two.group("kids")


@pytest.mark.parametrize(
    ("row", "place", "reason"),
    [
        ("bts,men,a,1,1,much", "line 2, column propensity", "'much' is not a chance"),
        ("bts,men,a,1,1,0", "line 2, column propensity", "'0' is not a chance above 0"),
        ("bts,men,a,1,1,1.5", "line 2, column propensity", "at most 1"),
        ("bts,men,a,1,1,nan", "line 2, column propensity", "'nan' is not a chance"),
        ("bts,men,a,1,1,-0.1", "line 2, column propensity", "is not a chance"),
        ("bts,men,a,1,2,0.5", "line 2, column click", "'2' is neither 0 nor 1"),
        ("bts,men,,1,1,0.5", "line 2, column item_id", "empty"),
        ("bts,men,a,1,1", "line 2", "5 fields where the header has 6"),
    ],
)
def test_a_bad_cell_is_named_and_no_row_is_used(tmp_path, row, place, reason):
    with pytest.raises(BadFile) as caught:
        read_open_bandit(file(tmp_path, row, "bts,men,a,1,1,0.5"), "random")
    assert place in str(caught.value)
    assert reason in str(caught.value)


@pytest.mark.parametrize(
    ("head", "rows", "reason"),
    [
        ("policy,item_id,click", ["bts,a,1"], "propensity: missing from the header"),
        (HEAD, [], "the file holds no rows"),
        (HEAD, ["random,men,a,1,1,0.5"], "rows of another policy are needed"),
    ],
)
def test_a_file_that_cannot_answer_is_refused(tmp_path, head, rows, reason):
    with pytest.raises(BadFile) as caught:
        read_open_bandit(file(tmp_path, *rows, head=head), "random")
    assert reason in str(caught.value)


def test_an_unknown_target_is_named_with_those_that_may_be(tmp_path):
    with pytest.raises(BadFile, match=r"no row of the policy 'ucb'; --target may be bts, random"):
        read_open_bandit(file(tmp_path, "bts,men,a,1,1,0.5"), "ucb")


def test_a_file_that_was_cut_is_refused(tmp_path):
    path = file(tmp_path, *(f"bts,men,{n},1,1,0.{n}" for n in range(1, 500)))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadFile, match="damaged or cut short"):
        read_open_bandit(path, "random")


def test_all_rows_of_one_policy_have_weights_near_one_on_average(tmp_path):
    random = np.random.default_rng(3)
    chances = np.array([0.5, 0.3, 0.2])
    items = random.choice(3, 5_000, p=chances)
    rows = [f"bts,men,{item},1,0,{chances[item]}" for item in items]
    found = read_open_bandit(file(tmp_path, *rows), "random").policies["random"]
    assert float((found.slot / found.slot_logged).mean()) == pytest.approx(1.0, abs=0.03)
