"""Bytes that are no UTF-8: an id is never changed silently."""

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.opening import encoding, mixed
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

HEADER = b"timestamp,user_id,item_id,event_type\n"
NOW_MS = 1_800_000_000_000


def rows(*items):
    return HEADER + b"".join(b"1700000000,u1," + item + b",view\n" for item in items)


def read(path, said=""):
    with Session() as session:
        asked = Asked((path,), options=MappingOptions(encoding=said))
        shop = read_shop(asked, EngineSettings(), NOW_MS, session)
        items = [event.items[0].item_id for event in shop.events.events()]
        return items, shop.report.files[0].how


@pytest.mark.parametrize(
    ("items", "said"),
    [
        (["café".encode()] * 2 + [b"x\xe9"], "line 4: not UTF-8 (byte E9), but other lines are"),
        (["café".encode()] * 3000 + [b"\xa5"], "line 3002: not UTF-8 (byte A5)"),
        (["東京".encode(), b"i1"] * 5 + ["東".encode()[:2]], "line 12: not UTF-8 (byte E6)"),
        (["é".encode(), b"\xe9"] * 50, "line 3: not UTF-8 (byte E9), but other lines are"),
        ([b"\x8f\xe5\x8a\xcc"], "line 2: neither UTF-8 nor windows-1252 (byte 8F)"),
        (["товар-ќ".encode("cp1251")], "line 2: neither UTF-8 nor windows-1252 (byte 9D)"),
    ],
)
@pytest.mark.parametrize("chunk", [1 << 19, 7])
def test_wrong_bytes_are_refused_with_their_line(tmp_path, monkeypatch, items, said, chunk):
    monkeypatch.setattr(mixed, "CHUNK", chunk)
    (tmp_path / "e.csv").write_bytes(rows(*items))
    with pytest.raises(BadFile) as refused:
        read(tmp_path / "e.csv")
    assert said in str(refused.value)
    assert "--encoding" in str(refused.value)


@pytest.mark.parametrize(
    ("raw", "said", "items", "how"),
    [
        (rows("café".encode(), b"x\xe9"), "windows-1252", ["cafÃ©", "xé"], "windows-1252, comma"),
        (rows("café".encode(), b"x\xe9"), "utf-8", ["café", "x�"], "utf-8 (1 characters of it"),
        (rows("товар".encode("cp1251")), "windows-1251", ["товар"], "windows-1251, comma"),
        (rows("café".encode()), "windows-1252", ["café"], "UTF-8, comma"),
        (rows("café".encode("cp1252")), "", ["café"], "windows-1252 (it is no UTF-8)"),
        (rows("“Ü”".encode("cp1252"), *["ö".encode("cp1252")] * 12), "", ["“Ü”"] + ["ö"] * 12, ""),
    ],
)
def test_the_encoding_can_be_said(tmp_path, raw, said, items, how):
    (tmp_path / "e.csv").write_bytes(raw)
    found, shown = read(tmp_path / "e.csv", said)
    assert found == items
    assert how in shown


@pytest.mark.parametrize("name", ["e.csv.gz", "e.gz", "e.zst", "e.csv.zip", "e.parquet", "e.xlsx"])
@pytest.mark.parametrize("documents", [False, True])
def test_a_text_is_read_whatever_its_name_says(tmp_path, name, documents):
    document = b'{"timestamp":1700000000,"user_id":"u1","item_id":"i1","event_type":"view"}\n'
    (tmp_path / name).write_bytes(document if documents else rows(b"i1"))
    assert read(tmp_path / name)[0] == ["i1"]


@pytest.mark.parametrize("row", [2, 3000])
def test_a_zero_byte_is_named_with_its_line(tmp_path, row):
    raw = rows(*[b"i1"] * 4000).split(b"\n")
    raw[row - 1] = raw[row - 1].replace(b"u1", b"u\0")
    (tmp_path / "e.csv").write_bytes(b"\n".join(raw))
    with pytest.raises(BadFile, match=f"line {row}: a zero byte"):
        read(tmp_path / "e.csv")


def test_what_is_no_text_is_still_refused_as_such(tmp_path):
    (tmp_path / "e.csv").write_bytes(bytes(range(256)) * 20)
    with pytest.raises(BadFile, match="neither text nor a format"):
        read(tmp_path / "e.csv")
    assert encoding._is_binary(b"\0\1\2\n")
