"""Files that nobody should send, and somebody does: read rightly, or refused with the line."""

import json

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.asked import Asked
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import read_shop
from headwater_server.reading.session import Session

HEADER = "timestamp,user_id,item_id,event_type\n"
ROW = "1700000000,u1,i1,view\n"
NOW_MS = 1_800_000_000_000
NESTED = {"timestamp": 1700000000, "user_id": {"x": 1}, "item_id": "i", "event_type": "view"}


def read(path):
    with Session() as session:
        shop = read_shop(Asked((path,)), EngineSettings(), NOW_MS, session)
        return list(shop.events.events())


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (f"{HEADER}{ROW * 500}1700000000,u\0x,i1,view\n", "line 502: a zero byte"),
        (f"# of a till\n2024\n{HEADER}{ROW * 3}", "the header seems to be in line 3"),
        (f"sep=;\n\n{HEADER}{ROW * 3}x,u1,i1,view\n", "line 7, column timestamp: 'a' is no time"),
        (f"# a\n# b\n{HEADER}{ROW}{ROW.strip()},x\n", "line 5: more cells than the 4"),
        (f"Report\n\n{HEADER}{ROW * 3}", "the header seems to be in line 3"),
        (f"{HEADER}{ROW}1700000000,\\N,i1,view\n", "line 3, column user_id: empty"),
        (json.dumps(NESTED) + "\n" + json.dumps(NESTED), "column user_id: an object or a list"),
        (f"{HEADER}{ROW}\nitem_id,title\ni1,One\n", "line 4: fewer cells than the 4"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "not JSON: value 1 is damaged"),
        ('[{"timestamp":1,"user_id":"u"},{"time', "not JSON: value 2 is damaged"),
        (f'{HEADER}{ROW}1700000000,"u1,i1,view\n{ROW}', "line 3: a quote that never closes"),
        (f"{HEADER}{ROW * 3}1700000000000,u1,i1,view\n", "line 5, column timestamp"),
        (f"{HEADER}{ROW}-5,u1,i1,view\n", "line 3, column timestamp: -5 s since 1970 lies before"),
    ],
)
def test_it_is_refused_with_its_line_and_the_way_out(tmp_path, content, said):
    (tmp_path / "e.csv").write_text(content)
    with pytest.raises(BadFile) as refused:
        read(tmp_path / "e.csv")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [
        f"\r\n\r\n{HEADER}{ROW}{ROW}".replace("\n", "\r\n"),
        f"\n{HEADER}{ROW}\n{ROW}",
        f"sep=;\n{HEADER}{ROW * 2}".replace(",", ";"),
        f"\ufeffsep=,\r\n{HEADER}{ROW * 2}",
        f'"sep=\t"\n{HEADER}{ROW * 2}'.replace(",", "\t"),
        f"# of a till, and more\n# 2024\n{HEADER}{ROW * 2}",
        f"#{HEADER}{ROW * 2}",
        f"sep=,\r# of a till\r\r{HEADER}{ROW * 2}".replace("\n", "\r"),
        f"{HEADER}{ROW.strip()},\n{ROW.strip()},\n",
        (HEADER + ROW * 2).encode("utf-16-le"),
        f"{HEADER.strip()}{''.join(f',c{n}' for n in range(3000))}\n"
        + f"{ROW.strip()}{',' * 3000}\n" * 2,
        HEADER + ROW.replace("1700000000", "1.7e9") * 2,
        f"{HEADER.strip()},note\n" + f'{ROW.strip()},"{"a" * 5_000_000}"\n' * 2,
        f"{HEADER.strip()},session_id,price\n" + f"{ROW.strip()},\\N,\\N\n" * 2,
    ],
)
def test_it_is_read(tmp_path, content):
    raw = content if isinstance(content, bytes) else content.encode()
    (tmp_path / "e.csv").write_bytes(raw)
    events = read(tmp_path / "e.csv")
    assert [(e.visitor_id, e.session_id, e.event_time_ms) for e in events] == [
        ("u1", "", 1_700_000_000_000)
    ] * 2


GOODS = HEADER.replace("\n", ",quantity,price,currency_code\n")
SOLD = "1700000000,u1,i1,order"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("2147483648,5,EUR", "column quantity: beyond 1,000,000 pieces"),
        ("0,5,EUR", "column quantity: a purchase of 0 pieces; leave the row out"),
        ("1,5,12!", "column currency_code: not three letters, such as EUR"),
        ("1,5,EU", "column currency_code: not three letters, such as EUR"),
    ],
)
def test_a_line_that_the_api_refuses_is_refused_in_a_file(tmp_path, cells, said):
    (tmp_path / "e.csv").write_text(f"{GOODS}{SOLD},1,5,EUR\n{SOLD},{cells}\n")
    with pytest.raises(BadFile) as refused:
        read(tmp_path / "e.csv")
    assert f"line 3, {said}" in str(refused.value)


def test_gifts_small_letters_and_returns_are_read(tmp_path):
    viewed = "1700000000,u1,i1,view,0,,\n"  # of a view nobody asks for pieces
    (tmp_path / "e.csv").write_text(f"{GOODS}{SOLD},2,0,eur\n{SOLD},-1,5,EUR\n{viewed}")
    found = [(e.event_type, e.items[0].quantity) for e in read(tmp_path / "e.csv")]
    assert sorted(found) == [
        ("detail-page-view", 0.0),
        ("purchase-complete", 2.0),
        ("return", 1.0),
    ]


def test_a_reward_is_read_as_it_was_sent(tmp_path):
    """As an export writes it; an empty cell is an event without one."""
    header = HEADER.replace("event_type", "event_type,reward")
    cells = ("0.3", "", "-1", "0")
    rows = [f"170000000{n},u1,i{n},click,{cell}\n" for n, cell in enumerate(cells)]
    (tmp_path / "e.csv").write_text(header + "".join(rows))
    assert [event.reward for event in read(tmp_path / "e.csv")] == [0.3, None, -1.0, 0.0]


@pytest.mark.parametrize("cell", ["2", "-1.01", "NaN", "1e308", "much"])
def test_a_reward_beyond_one_is_refused_with_its_line(tmp_path, cell):
    header = HEADER.replace("event_type", "event_type,reward")
    (tmp_path / "e.csv").write_text(f"{header}1700000000,u1,i1,click,{cell}\n")
    with pytest.raises(BadFile) as refused:
        read(tmp_path / "e.csv")
    assert "line 2, column reward" in str(refused.value)
