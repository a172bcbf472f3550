"""What is said of a cell that is no number or time: the text where it can be no person's."""

import json

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

NOW_MS = 1_800_000_000_000
TIME = "1700000000"


def refused(path, role="events", **options):
    asked = Asked(**{role: (path,)}, options=MappingOptions(**options))
    with Session() as session, pytest.raises(BadFile) as bad:
        read_shop(asked, EngineSettings(), NOW_MS, session)
    return str(bad.value)


def refused_rows(tmp_path, column, *cells, event_type="purchase"):
    rows = [f'{TIME},u1,i1,{event_type},"{cell}"\n' for cell in cells]
    text = f"timestamp,user_id,item_id,event_type,{column}\n" + "".join(rows)
    (tmp_path / "e.csv").write_text(text)
    return refused(tmp_path / "e.csv")


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("price", "-5", "'-5' is not a price: it may not be negative"),
        ("price", "-4.99", "'-4.99' is not a price: it may not be negative"),
        ("price", "(5.00)", "'-5' is not a price: it may not be negative"),
        ("price", "1e300", "'1e+300' is not a price up to 1e+12"),
        ("price", "N/A", "'N/A' is not a price; leave the cell empty"),
        ("price", "NaN", "'NaN' is not a price; leave the cell empty"),
        ("price", "abc", "'aaa' is not a price, such as 89.90"),
        ("price", "ann7@shop.com", "'aaa9@aaaa.aaa' is not a price"),
        ("value", "nan", "'nan' is no number"),
        ("value", "Infinity", "'Infinity' is no number"),
        ("value", "ann@shop.com", "'aaa@aaaa.aaa' is no number"),
        ("quantity", "NaN", "'NaN' is no number"),
        ("reward", "2", "'2' is no number from -1 to 1"),
        ("reward", "nan", "'nan' is no number from -1 to 1"),
        ("position", "1.5", "'1.5' is no whole number from 1 to 1000"),
    ],
)
@pytest.mark.parametrize("event_type", ["purchase", "rating"])
def test_a_number_that_is_none_is_quoted(tmp_path, column, cell, said, event_type):
    text = refused_rows(tmp_path, column, "1", cell, event_type=event_type)
    assert f"line 3, column {column}: {said}" in text


def test_a_number_that_is_too_large_is_quoted(tmp_path):
    text = refused_rows(tmp_path, "value", "1", "2e12")
    assert "line 3, column value: '2000000000000' is no number up to 1e+12" in text
    assert "no rating" in refused_rows(tmp_path, "value", "1", "2e12", event_type="rating")


def test_each_kind_of_a_column_is_said_also_beside_a_nan(tmp_path):
    text = refused_rows(tmp_path, "price", "abc", "nan", "-3")
    assert "line 2, column price: 'aaa' is not a price" in text
    assert "line 4, column price: '-3' is not a price: it may not be negative" in text
    text = refused_rows(tmp_path, "value", "nan", "-6", event_type="rating")
    assert "line 2, column value: 'nan' is no number" in text
    assert "line 3, column value: -6 is no rating" in text


def test_a_nan_of_json_is_named_with_its_line(tmp_path):
    rows = [
        {"timestamp": int(TIME), "user_id": "u", "item_id": "i", "event_type": "rating", "value": v}
        for v in (4, float("nan"))
    ]
    (tmp_path / "e.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert "line 2, column value: 'NaN' is no number" in refused(tmp_path / "e.jsonl")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("9" * 19, "'9999999999999999999' is no time"),
        ("2026-13-45", "'2026-13-45' is no time"),
        ("25:61:00", "'25:61:00' is no time"),
        ("ann@shop.com", "'aaa@aaaa.aaa' is no time"),
    ],
)
def test_a_time_that_is_none_is_quoted(tmp_path, cell, said):
    text = f"timestamp,user_id,item_id,event_type\n2026-01-01,u,i,view\n{cell},u,i,view\n"
    (tmp_path / "e.csv").write_text(text)
    assert f"line 3, column timestamp: {said}" in refused(tmp_path / "e.csv")


def test_prices_and_times_of_items_are_quoted(tmp_path):
    rows = "i1,-1,2026-01-01\ni2,N/A,31/12/2026\ni3,ann@shop.com,\n"
    (tmp_path / "i.csv").write_text(f"item_id,price,publish_time\n{rows}")
    text = refused(tmp_path / "i.csv", role="items")
    assert "line 2, column price: '-1' is not a price: it may not be negative" in text
    assert "line 3, column price: 'N/A' is not a price; leave the cell empty" in text
    assert "line 3, column publish_time: '31/12/2026' is no time; see --time-format" in text
    assert "line 4, column price: 'aaa@aaaa.aaa' is not a price" in text


@pytest.mark.parametrize("form", ["%Q", "%", "DD/MM/YYYY"])
def test_a_format_of_times_that_does_not_exist_is_named(tmp_path, form):
    (tmp_path / "e.csv").write_text("timestamp,user_id,item_id,event_type\n1/2/26,u,i,view\n")
    text = refused(tmp_path / "e.csv", time_format=form)
    assert f"time format {form!r}: " in text
    assert "Exception" not in text
