"""What somebody writes about sources: plain texts, or an error that names the key and the fix."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings, checked, without_secrets
from headwater_server.sources.asked import asked_source, plain_sources

KAFKA = "kafka://k1:9092/clicks"


def test_texts_tables_and_json_say_the_same() -> None:
    text = f"clicks={KAFKA}?tls=true&kind=events goods=redis://r:6379/0?stream=goods&kind=items"
    table = {
        "clicks": {"url": f"{KAFKA}?tls=true", "kind": "events"},
        "goods": {"url": "redis://r:6379/0", "stream": "goods", "kind": "items"},
    }
    assert plain_sources(text) == plain_sources(table) == table
    assert plain_sources('{"clicks": "kafka://k1:9092/clicks"}') == {"clicks": {"url": KAFKA}}
    assert plain_sources("a=unix:///tmp/s?stream=x") == {
        "a": {"url": "unix:///tmp/s", "stream": "x"}
    }


def test_a_table_of_columns_is_a_mapping() -> None:
    plain = plain_sources({"goods": {"url": KAFKA, "columns": {"item_id": "id", "title": "name"}}})
    mapping = asked_source("goods", plain["goods"]).mapping
    assert mapping is not None
    assert mapping.columns == {"item_id": "id", "title": "name"}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("clicks", "clicks' has no URL"),
        ({"Clicks!": {"url": KAFKA}}, "a name has 1 to 40 of a-z"),
        ({"c": {"url": KAFKA, "knid": "items"}}, "sources.c.knid: there is no such key"),
        ({"c": {"url": KAFKA, "kind": "orders"}}, "sources.c.kind: write events or items or debez"),
        ({"c": {"kind": "items"}}, "sources.c.url: is missing"),
        ({"c": {"url": "http://x"}}, "or kafka://host:9092/topic"),
        ({"c": {"url": "redis://x:1/0"}}, "sources.c.stream: is missing"),
        ({"c": {"url": KAFKA, "stream": "x"}}, "sources.c.stream: is for redis://"),
        ({"c": {"url": "kafka://k1/clicks"}}, "each broker needs its port"),
        ({"c": {"url": KAFKA, "map": "/no/such.toml"}}, "sources.c.map: there is no file"),
        ({"c": {"url": KAFKA, "columns": "id"}}, "sources.c.columns: write OURS=THEIRS"),
        ({"c": {"url": KAFKA, "format": "protobuf", "preset": "segment"}}, "without a mapping"),
        ({"c": {"url": KAFKA, "kind": 5}}, "sources.c.kind: write a text"),
        ({"c": {"url": "@/no/such/file"}}, "No such file"),
        (["c"], "sources: "),
        ("{", "no JSON"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_fix(value: object, said: str) -> None:
    with pytest.raises(BadSettings, match=r"^sources") as error:
        checked("sources", dict, value)
    assert said in str(error.value)


def test_no_password_is_shown(tmp_path: Path) -> None:
    for url in ("kafka://u:hush@k1/clicks", "redis://:hush@x:1/0?streem=a", "kafka://u:hush@k:1/"):
        with pytest.raises(BadSettings) as error:
            checked("sources", dict, {"c": {"url": url}})
        assert "hush" not in str(error.value)
    asked = {"c": {"url": "kafka://u:hush@k1:1/t"}, "d": {"url": "redis://x?password=hush"}}
    assert "hush" not in without_secrets("sources", repr(asked))
    assert "hush" not in repr(asked_source("c", asked["c"]))
    path = tmp_path / "url"
    path.write_text("kafka://u:hush@k1:1/t\n")
    assert asked_source("c", {"url": f"@{path}"}).url == "kafka://u:hush@k1:1/t"


def test_it_is_a_setting_like_all_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "headwater.toml").write_text(f'[sources.clicks]\nurl = "{KAFKA}"\n')
    assert load_settings().sources.sources == {"clicks": {"url": KAFKA}}
    monkeypatch.setenv("HEADWATER_SOURCES", f"other={KAFKA}")
    assert load_settings().sources.sources == {"other": {"url": KAFKA}}
