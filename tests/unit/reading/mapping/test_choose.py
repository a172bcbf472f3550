"""Which form a file has, what the flags change, and what is said about a file of no known form."""

from pathlib import Path

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.mapping.guess import guess
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.opening.opened import opened
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import Asked, read_shop
from headwater_server.reading.session import Session

NOW_MS = 1_775_000_000_000
OWN = "when;who;sku;what;stars\n2026-03-01 10:00;u1;a;look;\n2026-03-01 11:00;u1;a;rate;8\n"
COLUMNS = {"event_time": "when", "visitor_id": "who", "item_id": "sku", "event_type": "what"}


def read(path: Path, **options: object) -> list[Event]:
    asked = Asked(events=(path,), options=MappingOptions(**options))  # type: ignore[arg-type]
    with Session() as session:
        events = read_shop(asked, EngineSettings(), NOW_MS, session).events
        return list(events.events()) if events else []


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(BadFile) as refused:
        read(path, **options)
    return str(refused.value)


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_an_unknown_file_is_read_by_flags(own: Path) -> None:
    columns = COLUMNS | {"rating": "stars"}
    look, rate = read(own, columns=columns, types={"look": "view", "rate": "rating"}, scale=10)
    assert (look.event_type, look.visitor_id, look.items[0].item_id) == (
        "detail-page-view",
        "u1",
        "a",
    )
    assert (rate.event_type, rate.value) == ("rating", 4.0)


def test_an_unknown_file_is_refused_with_the_way_out(own: Path) -> None:
    text = refusal(own)
    assert "no preset knows the columns when, who, sku, what, stars" in text
    flags = "--column event_time=when --column event_type=what --column user_id=who"
    assert flags in text  # to be copied
    assert "--guess" in text


def test_what_the_flags_do_not_say_is_asked_for_at_once(own: Path) -> None:
    text = refusal(own, columns={"item_id": "sku"})
    assert "also say --column event_time=… --column visitor_id=… --column event_type=…" in text


def test_a_column_that_the_file_lacks(own: Path) -> None:
    text = refusal(own, columns=COLUMNS | {"price": "prize"})
    assert "--column price=prize: own.csv has no column prize" in text.replace(str(own), "own.csv")


def test_a_field_that_there_is_not(own: Path) -> None:
    assert "there is no field visitor_di; did you mean visitor_id?" in refusal(
        own, columns={"visitor_di": "who"}
    )


def test_an_unknown_preset(own: Path) -> None:
    assert "there is no such preset; did you mean rees46?" in refusal(own, preset="rees64")


def test_a_preset_whose_columns_the_file_lacks(own: Path) -> None:
    assert "no preset knows the columns" in refusal(own, preset="rees46")


def guessed(path: Path) -> str:
    with Session() as session:
        return guess(opened([path], session)[0])


def test_a_guess_becomes_a_mapping(own: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.toml"
    mapping.write_text(guessed(own).replace('"rate" = "rating"', '"rate" = ""'), encoding="utf-8")
    (look,) = read(own, map_file=mapping)
    assert (look.event_type, look.user_id) == ("detail-page-view", "u1")
    assert look.items[0].item_id == "a"


def test_words_of_other_languages_are_guessed(tmp_path: Path) -> None:
    path = tmp_path / "kasse.csv"
    path.write_text(
        "Datum;Kunde;Artikel;Aktion;Preis\n01.11.2025 10:00;k1;a1;Kauf;1.299,90 €\n",
        encoding="utf-8",
    )
    flags = (
        "--column event_time=Datum --column event_type=Aktion --column user_id=Kunde --column "
        "item_id=Artikel --column price=Preis --type Kauf=purchase-complete --time-format "
        "'%d.%m.%Y %H:%M'"
    )
    assert flags in refusal(path)
    columns = {
        "event_time": "Datum", "event_type": "Aktion", "user_id": "Kunde", "item_id": "Artikel",
        "price": "Preis",
    }  # fmt: skip
    (bought,) = read(
        path, columns=columns, types={"Kauf": "purchase"}, time_format="%d.%m.%Y %H:%M"
    )
    item = bought.items[0]
    assert (bought.event_type, item.price, item.currency_code) == (
        "purchase-complete",
        1299.9,
        "EUR",
    )


def test_a_column_that_the_header_has_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.csv"
    path.write_text(
        "timestamp,user_id,item_id,item_id,event_type\n1772359200,u,a,b,view\n", encoding="utf-8"
    )
    assert "the header has item_id twice" in refusal(path)


def test_a_type_is_renamed_or_left_out(tmp_path: Path) -> None:
    path = tmp_path / "UserBehavior.csv"
    path.write_text("1,2,3,pv,1511544070\n1,2,3,fav,1511544080\n", encoding="utf-8")
    assert [one.event_type for one in read(path, types={"pv": "click"})] == ["click", "favorite"]
    assert [one.event_type for one in read(path, types={"pv": ""})] == ["favorite"]


def test_a_time_format_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "events.csv"
    path.write_text(
        "timestamp,user_id,item_id,event_type\n03/01/2026 10:00,u,i,view\n", encoding="utf-8"
    )
    (event,) = read(path, time_format="%d/%m/%Y %H:%M", time_zone="Europe/Berlin")
    assert event.event_time_ms == 1_767_430_800_000  # 2026-01-03T09:00:00Z


def test_a_mapping_file_that_is_missing(own: Path, tmp_path: Path) -> None:
    assert "No such file" in refusal(own, map_file=tmp_path / "none.toml")


def test_a_file_without_types_asks_for_one(tmp_path: Path) -> None:
    path = tmp_path / "export.csv"
    path.write_text("userId,itemId,timestamp\nu,i,2026-03-01T10:00:00Z\n", encoding="utf-8")
    assert "--type =detail-page-view" in refusal(path)
    assert [one.event_type for one in read(path, types={"": "purchase"})] == ["purchase-complete"]


def test_sql_of_a_mapping_that_is_not_right(own: Path, tmp_path: Path) -> None:
    mapping = tmp_path / "mine.toml"
    mapping.write_text(
        guessed(own).replace('item_id = "sku"', 'item_id = { sql = "uper({sku})" }'),
        encoding="utf-8",
    )
    text = refusal(own, map_file=mapping)
    assert "mapping own: the SQL of its events is not right" in text
    assert "uper" in text


def test_ids_that_a_spreadsheet_cut_are_said(tmp_path: Path) -> None:
    path = tmp_path / "cut.csv"
    rows = "".join(f"{1772359200 + n},u{n},2.10381E+18,view\n" for n in range(3))
    path.write_text(f"timestamp,user_id,item_id,event_type\n{rows}", encoding="utf-8")
    with Session() as session:
        asked = Asked(events=(path,))
        report = read_shop(asked, EngineSettings(), NOW_MS, session).report
    assert "item_id: 3 of 3 ids were cut by a spreadsheet" in "\n".join(report.lines())
