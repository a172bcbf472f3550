"""A file of events is checked whole: line, column, reason; and nothing of a bad one is used."""

from __future__ import annotations

import csv
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.intake.firewall import quarantine_reason
from headwater_server.engine.messages.events import fingerprint
from headwater_server.engine.setting_values.event_types import DEFAULT_REWARDS
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.event_reader import read_events
from headwater_server.reading.problems import BadFile

HEADER = "timestamp,user_id,item_id,event_type,value"
KNOWN = frozenset(DEFAULT_REWARDS)


def problems_of(path):
    with pytest.raises(BadFile) as caught:
        read_events(path, KNOWN)
    return [(p.line, p.column) for p in caught.value.problems]


def test_a_row_becomes_an_event_named_by_its_content(write):
    file = read_events(write("10,v1,007,view,2.5", "11.5,v1,x,click,"), KNOWN)
    event = file.event(0)
    assert event.event_id.endswith(":0")
    assert (event.visitor_id, event.items[0].item_id) == ("v1", "007")
    assert (event.event_type, event.value) == ("detail-page-view", 2.5)
    assert event.event_time_ms == 10_000
    assert event.fingerprint == fingerprint(event)
    assert file.event(1).event_time_ms == 11_500
    assert file.event(1).value is None


def test_a_gzipped_file_has_the_same_ids(write):
    plain = read_events(write("10,v,a,view,1"), KNOWN)
    zipped = read_events(write("10,v,a,view,1", name="e.csv.gz"), KNOWN)
    assert list(plain.events()) == list(zipped.events())


def test_a_byte_order_mark_and_windows_line_ends_are_no_matter(write):
    path = write("10,v,a,view,1", "", "11,v,b,view,1", end="\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    file = read_events(path, KNOWN)
    assert file.item_ids == ["a", "b"]
    assert list(file.lines) == [2, 4]


def test_the_columns_may_stand_in_any_order_and_value_may_be_missing(write):
    file = read_events(write("view,a,v,10", header="event_type,item_id,user_id,timestamp"), KNOWN)
    assert (file.visitor_ids, file.item_ids, file.values) == (["v"], ["a"], [None])


def test_a_limit_keeps_the_first_rows_and_still_checks_all(write):
    assert len(read_events(write("1,v,a,view,", "2,v,b,view,"), KNOWN, limit=1)) == 1
    with pytest.raises(BadFile):
        read_events(write("1,v,a,view,", "2,v,b,nonsense,"), KNOWN, limit=1)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x,v,a,view,1", "timestamp"),
        ("1_0,v,a,view,1", "timestamp"),
        ("nan,v,a,view,1", "timestamp"),
        ("-5,v,a,view,1", "timestamp"),
        ("1590884413000,v,a,view,1", "timestamp"),
        ("11,,a,view,1", "user_id"),
        (f"11,{'v' * 129},a,view,1", "user_id"),
        ("11,v,,view,1", "item_id"),
        ("11,v,a,purhcase,1", "event_type"),
        ("11,v,a,view,inf", "value"),
        ("11,v,a,view,1e999", "value"),
        ("11,v,a,view,much", "value"),
        ("11,v,a,view,2e12", "value"),
        ("11,v,a,rating,", "value"),
        ("11,v,a,rating,5.5", "value"),
        ("11,v,a", ""),
        ("11,v,a,view,1,2", ""),
    ],
)
def test_each_problem_names_its_line_and_column(write, row, column):
    assert problems_of(write("10,v,a,view,1", row)) == [(3, column)]


texts = st.sampled_from(["", "a", "ö" * 64, "x" * 128, "x" * 129, " ", "\u2028", "0"])
numbers = st.sampled_from(["", "0", "-1", "4.5", "5", "6", "1e12", "2e12", "inf"])
types = st.sampled_from([*sorted(KNOWN), "view", "nonsense", ""])


@given(st.lists(st.tuples(texts, texts, types, numbers), min_size=1, max_size=3))
def test_what_a_checked_file_holds_can_be_learned_from(tmp_path_factory, rows):
    path = tmp_path_factory.mktemp("checked") / "events.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER.split(","), *((1, *row) for row in rows)])
    try:
        events = list(read_events(path, KNOWN).events())
    except BadFile:
        return
    assert [quarantine_reason(event, EngineSettings()) for event in events] == [""] * len(rows)


def test_an_unknown_type_is_refused_with_the_known_ones(write):
    with pytest.raises(BadFile, match=r"unknown type 'purhcase'; known are .*purchase.*view"):
        read_events(write("10,v,a,purhcase,1"), KNOWN)


def test_a_kind_of_problem_is_one_line_with_its_rows(write):
    with pytest.raises(BadFile, match=r"12 problems") as caught:
        read_events(write(*["x,v,a,view,1"] * 12), KNOWN)
    (problem,) = caught.value.problems
    assert (problem.line, problem.rows) == (2, 12)
    assert "12 rows in all" in str(caught.value)


def test_a_file_that_is_not_sorted_is_sorted_and_equal_times_keep_their_order(write):
    file = read_events(write("12,v,a,view,1", "11,v,b,view,1", "11,v,c,view,1"), KNOWN)
    assert file.item_ids == ["b", "c", "a"]


def test_a_file_that_grew_repeats_the_ids_and_equal_rows_have_ids_of_their_own(write):
    rows = ["10,v,a,view,1", "10,v,a,view,1", "11,v,b,view,1"]
    before = [event.event_id for event in read_events(write(*rows), KNOWN).events()]
    grown = write("9,u,z,view,1", *rows, "12,v,c,view,1", name="grown.csv")
    after = [event.event_id for event in read_events(grown, KNOWN).events()]
    assert len(set(before)) == 3
    assert after[1:4] == before


@pytest.mark.parametrize(
    "header",
    [
        "timestamp,user_id,item_id,value",
        "timestamp,user_id,item_id,event_type,event_type",
        "timestamp,user_id,item_id,event_type,color",
    ],
)
def test_a_header_that_does_not_fit_is_refused(write, header):
    assert problems_of(write("1,v,a,view,1", header=header))


def test_a_file_without_events_is_refused(write, tmp_path):
    assert problems_of(write()) == [(0, "")]
    empty = tmp_path / "empty.csv"
    empty.touch()
    assert problems_of(empty) == [(0, "")]


def test_what_is_no_file_is_refused(tmp_path):
    assert problems_of(tmp_path / "missing.csv") == [(0, "")]
    assert problems_of(tmp_path) == [(0, "")]


def test_text_that_is_not_utf8_is_named_by_line(write):
    path = write("10,v,a,view,1")
    path.write_bytes(path.read_bytes() + b"11,v,\xff,view,1\n")
    assert problems_of(path) == [(3, "")]


def test_a_quote_that_never_closes_is_named_by_line(write):
    assert problems_of(write("10,v,a,view,1", '11,v,"a,view,1')) == [(3, "")]


def test_a_gzip_file_cut_short_is_refused(write):
    path = write(*["10,v,a,view,1"] * 1000, name="e.csv.gz")
    path.write_bytes(path.read_bytes()[:-20])
    assert problems_of(path) == [(0, "")]
    path.write_bytes(gzip.compress(b"x")[:5])
    assert problems_of(path) == [(0, "")]
