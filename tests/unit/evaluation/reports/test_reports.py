"""The report as JSON and as a page: complete, escaped, without a number where none may be."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from io import StringIO

import numpy as np
from rich.console import Console

from headwater_server.cli.evaluating.table import show
from headwater_server.evaluation.comparing.compare import Ask, compare
from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.evaluation.reports.as_json import About, as_dict, as_text, command
from headwater_server.evaluation.reports.page import page
from headwater_server.evaluation.reports.words import answers_line, check_line, verdict_words

NASTY = '<img src=x onerror="alert(1)">'


class Tags(HTMLParser):
    """Collects the tags of a page, and checks that each one is closed."""

    VOID = frozenset({"meta", "br", "img", "link", "circle", "line", "polyline"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag


def report(rows: int = 2_000, seed: int = 1, *, always_valid: bool = False) -> dict:
    random = np.random.default_rng(seed)
    acts = (random.random(rows) < 0.2).astype(float)
    places = [NASTY if one else "home" for one in random.random(rows) < 0.5]
    shown = Shown.of_items(acts, np.arange(rows) // 2, places)
    chances = Chances.of_items(np.full(rows, 0.6), np.full(rows, 0.5))
    never = Chances.of_items(np.zeros(rows), np.full(rows, 0.5))
    found = compare(shown, {NASTY: chances, "never": never}, Ask(always_valid=always_valid))
    about = About(
        name=NASTY,
        asked=(NASTY,),
        create_time_ms=1_700_000_000_000,
        source={"redis": "redis://***@store"},
        metric="act_rate",
        placement=NASTY,
        window_minutes=30.0,
        from_offset="1-0",
        until_offset="9-0",
        digest="d1",
        builds=("1.0",),
        answers={"shown": rows, "visitors": rows // 2, "acts": 5, "unreplayable": {NASTY: 3}},
        check={
            "asked": 9,
            "equal": 8,
            "first_difference": {"recommendation_id": NASTY, "reason": "x"},
        },
        settings={NASTY: {"rules": [{"name": NASTY}]}},
        notes=(NASTY,),
    )
    return as_dict(about, {"act_rate": found})


def test_every_text_of_the_page_is_escaped_and_every_tag_is_closed():
    text = page(report(always_valid=True))
    tags = Tags()
    tags.feed(text)
    assert tags.open == []
    assert "img" not in tags.found
    assert "script" not in tags.found
    assert text.count("&lt;img") > 5


def test_the_page_has_the_plots_and_says_why_there_is_no_number():
    text = page(report())
    assert text.count("<svg") == 2  # differences; the tenths of the policy that was answered
    assert "never: not enough overlap" in text
    assert "An experiment finds a difference of 5%" in text
    assert "prefers-color-scheme: dark" in text
    assert "viewport" in text


def test_what_has_no_overlap_has_no_number_in_the_json():
    found = {one["policy"]: one for one in report()["policies"]}
    never = found["never"]
    assert [never[key] for key in ("value", "interval", "difference", "difference_interval")] == [
        None
    ] * 4
    assert never["beside"] == {}
    assert never["unsupported"] == 1.0
    assert never["visitors_needed"] > 100
    assert found["champion"]["verdict"] is None
    assert found["champion"]["value"] is not None


def test_the_json_is_read_back_as_it_was(tmp_path):
    path = tmp_path / "r.json"
    found = report()
    path.write_text(as_text(found))
    assert json.loads(path.read_text()) == found
    assert list(tmp_path.iterdir()) == [path]


def test_the_report_has_all_that_the_figures_rest_on():
    found = report()
    assert {"digest", "from_offset", "until_offset", "builds", "versions", "command"} < set(found)
    one = found["policies"][1]
    assert len(one["by_tenth"]) == 10
    assert set(one["by_placement"]) == {NASTY, "home"}
    assert len(one["largest_weights"]) == 5
    assert one["settings"] == {"rules": [{"name": NASTY}]}


def test_no_password_of_the_command_is_written():
    line = command(
        ["evaluate", "--redis-url", "rediss://shop:secret@store:1/0", "--policy", "a.toml"]
    )
    assert "secret" not in line
    assert "--policy a.toml" in line


def test_the_lines_say_what_was_read():
    found = report()
    assert answers_line(found).startswith(
        "2,000 answers to 1,000 visitors · 5 acts within 30 minutes"
    )
    assert f"3 cannot be asked again: {NASTY}" in answers_line(found)
    assert check_line(found["check"]).startswith(
        "8 of 9 answers are the same when asked again; the first"
    )


def test_few_answers_are_not_called_a_lack_of_overlap():
    few = report(rows=150)
    verdicts = {one["policy"]: verdict_words(one) for one in few["policies"]}
    assert verdicts == {one["policy"]: one["verdict"] or "as shown" for one in few["policies"]}
    assert verdicts["champion"] == "too little data"
    assert verdicts["never"] == "not enough overlap"
    assert "champion: too little data" in page(few)
    console = Console(file=StringIO(), width=200)
    show(few, console)
    assert "too little data" in console.file.getvalue()
