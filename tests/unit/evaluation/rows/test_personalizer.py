from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from headwater_server.evaluation.rows.file_rows import FileRows
from headwater_server.evaluation.rows.personalizer import read_personalizer
from headwater_server.reading.problems import BadFile, Problems


def line(number: int, action: int = 1, cost: float = 0.0, **more: Any) -> dict[str, Any]:
    """A decision of two actions as Azure logs it; action 1 is liked most."""
    ranking = [action, 3 - action]
    chances = {1: 0.8, 2: 0.2}
    return {
        "_label_cost": cost,
        "_label_probability": chances[action],
        "_label_Action": action,
        "_labelIndex": action - 1,
        "Timestamp": "2026-11-30T10:00:00.000Z",
        "Version": "1",
        "EventId": f"event-{number}",
        "a": ranking,
        "c": {"device": "phone", "_multi": [{"i": {"id": "x"}}, {"i": {"id": "y"}}]},
        "p": [chances[one] for one in ranking],
        "VWState": {"m": "model"},
        **more,
    }


def file(path: Path, *lines: dict[str, Any] | str | bytes) -> Path:
    name = path / "log.json"
    raw = (
        one
        if isinstance(one, bytes)
        else (one if isinstance(one, str) else json.dumps(one)).encode()
        for one in lines
    )
    name.write_bytes(b"\n".join(raw) + b"\n")
    return name


def read(path: Path, *, as_act: bool = False) -> FileRows:
    return read_personalizer(path, as_act=as_act)


def test_rewards_and_chances_are_those_of_the_shown_action(tmp_path):
    rows = read(file(tmp_path, line(1, 1, -1.0), line(2, 2, -0.25), line(3, 1, 0.5)))
    assert rows.shown.earned.tolist() == [1.0, 0.25, -0.5]
    weights = {name: (one.slot / one.slot_logged)[:, 0] for name, one in rows.policies.items()}
    assert weights["random"].tolist() == [0.625, 2.5, 0.625]
    assert weights["baseline"].tolist() == [1.25, 0.0, 1.25]
    assert weights["best"].tolist() == [1.25, 0.0, 1.25]


def test_a_reward_above_zero_is_an_act(tmp_path):
    rows = read(file(tmp_path, line(1, 1, -0.1), line(2, 1, 0.0), line(3, 1, 2.0)), as_act=True)
    assert rows.shown.earned.tolist() == [1.0, 0.0, 0.0]


def test_gzip_blank_lines_and_a_byte_order_mark_are_read(tmp_path):
    path = tmp_path / "log.json.gz"
    text = "\ufeff" + json.dumps(line(1)) + "\n\n" + json.dumps(line(2)) + "\n"
    path.write_bytes(gzip.compress(text.encode()))
    assert read(path).shown.lists == 2


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"EventId": "event-1", "RewardValue": 1.0}, "without its decision"),
        (line(7, _skipLearn=True), "never activated"),
        (line(7, _outcomes=[{"_label_cost": 0}]), "several slots"),
        ({"_outcomes": [], "c": {"_slots": [{}]}}, "several slots"),
        (line(1, cost=-1.0), "repeats an EventId"),
    ],
)
def test_a_line_that_is_no_decision_is_counted_and_left_out(tmp_path, other, reason):
    rows = read(file(tmp_path, line(1), line(2), other))
    assert rows.shown.lists == 2
    assert [count for why, count in rows.skipped.items() if reason in why] == [1]


DAMAGED: list[tuple[dict[str, Any] | str | bytes, str]] = [
    ("{", "not a JSON object"),
    ("[1, 2]", "not a JSON object"),
    ("[" * 100_000, "not a JSON object"),
    ('{"EventId": ' + "9" * 10_000 + "}", "not a JSON object"),
    (b'{"EventId": "\xff"}', "not UTF-8 text"),
    (json.dumps(line(7)).replace("0.8", "NaN"), "not a JSON object"),
    ({**line(7), "EventId": ""}, "EventId"),
    ({**line(7), "EventId": 7}, "EventId"),
    ({**line(7), "_label_cost": "free"}, "_label_cost"),
    ({**line(7), "_label_cost": True}, "_label_cost"),
    ({**line(7), "p": [0.8]}, "a is not each of the numbers 1 to 1 once"),
    ({**line(7), "p": [0.8, "0.2"]}, "p has '0.2'"),
    ({**line(7), "p": [0.8, 0.3]}, "p has the sum 1.1"),
    ({**line(7), "p": [0.0, 1.0], "_label_probability": 0.0}, "p is 0 for the action"),
    ({**line(7), "p": [1.5, -0.5]}, "no chance from 0 to 1"),
    ({**line(7), "a": [1, 1]}, "a is not each of the numbers"),
    ({**line(7), "a": "12"}, "a is not each of the numbers"),
    ({**line(7), "a": [1.0, 2.0]}, "no list of action numbers"),
    ({**line(7), "_label_probability": 0.3}, "_label_probability"),
    ({**line(7), "_label_cost": 10**400}, "_label_cost"),
]


@pytest.mark.parametrize(("damaged", "reason"), DAMAGED)
def test_a_damaged_line_is_named_counted_and_left_out(tmp_path, damaged, reason):
    path = file(tmp_path, *(line(number) for number in range(150, 300)), damaged, line(1))
    problems = Problems(path)
    rows = read_personalizer(path, as_act=False, problems=problems)
    assert rows.shown.lists == 151
    assert rows.skipped == {"is damaged": 1}
    assert problems.first[0].line == 151
    assert reason in problems.first[0].reason


def test_many_damaged_lines_are_refused_with_their_numbers(tmp_path):
    path = file(tmp_path, *(line(number) for number in range(50)), "{", "{")
    with pytest.raises(BadFile, match=r"line 51: not a JSON object") as caught:
        read(path)
    assert caught.value.total == 2


def test_a_file_without_a_decision_says_what_it_holds(tmp_path):
    with pytest.raises(BadFile, match="1 lines: is a reward or activation without its decision"):
        read(file(tmp_path, {"EventId": "e", "RewardValue": 1}))
    with pytest.raises(BadFile, match="it is empty"):
        read(file(tmp_path, ""))


def test_a_log_whose_sampling_changes_is_refused(tmp_path):
    with pytest.raises(BadFile, match="pdrop changes"):
        read(file(tmp_path, line(1, pdrop=0.5), line(2, pdrop=0.75)))


def test_a_line_without_an_end_takes_no_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("headwater_server.evaluation.rows.json_lines.LINE_BYTES_MAX", 1_000)
    path = file(tmp_path, *(line(number) for number in range(200)), "x" * 5_000, line(900))
    rows = read(path)
    assert rows.shown.lists == 201
    assert rows.skipped == {"is damaged": 1}
