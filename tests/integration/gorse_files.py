"""A small shop as each version of Gorse would have exported it."""

from __future__ import annotations

import json
import struct

ITEMS = [
    {
        "ItemId": "boots", "IsHidden": False, "Categories": ["shoes", "winter"],
        "Timestamp": "2024-01-02T03:04:05Z", "Labels": {"colour": "red", "for": ["men", "kids"]},
        "Comment": "Warm boots",
    },
    {
        "ItemId": "socks", "IsHidden": True, "Categories": None,
        "Timestamp": "0001-01-01T00:00:00Z", "Labels": ["wool"], "Comment": "",
    },
]  # fmt: skip
USERS = [
    {"UserId": "ann", "Labels": {"segment": "vip", "likes": ["red"]}, "Comment": ""},
    {"UserId": "bob", "Labels": None, "Comment": ""},
]
TIMES = ("2024-05-01T10:00:00Z", "2024-05-01T09:00:00.25Z", "2024-05-01T12:00:00+02:00")
FEEDBACK = [
    {
        "FeedbackType": kind, "UserId": user, "ItemId": item, "Value": value, "Timestamp": time,
        "Updated": time, "Labels": None, "Comment": "",
    }
    for kind, user, item, value, time in (
        ("star", "ann", "boots", 0, TIMES[0]),
        ("read", "ann", "boots", 1.5, TIMES[1]),
        ("click", "bob", "socks", 0, TIMES[2]),
    )
]  # fmt: skip


def json_lines(records):
    return "".join(json.dumps(record) + "\n" for record in records).encode()


def rest_page(name, records):
    return json.dumps({"Cursor": "", name: records}, indent=2).encode()


ITEMS_CSV = (
    b"item_id,is_hidden,categories,time_stamp,labels,description\r\n"
    b"boots,false,shoes|winter,2024-01-02 03:04:05 +0000 UTC,red|men,Warm boots\r\n"
    b"socks,true,,0001-01-01 00:00:00 +0000 UTC,wool,\r\n"
)
USERS_CSV = b"user_id,labels\r\nann,vip|red\r\nbob,\r\n"
FEEDBACK_CSV = (
    b"feedback_type,user_id,item_id,time_stamp\r\n"
    b"star,ann,boots,2024-05-01 10:00:00 +0000 UTC\r\n"
    b"read,ann,boots,2024-05-01 09:00:00.25 +0000 UTC\r\n"
    b"click,bob,socks,2024-05-01 12:00:00 +0200 CEST\r\n"
)


def _field(number, value):
    """One field on the wire, written by hand: not by what reads it."""
    if isinstance(value, bool):
        return bytes((number << 3, value))
    if isinstance(value, float):
        return bytes((number << 3 | 1,)) + struct.pack("<d", value)
    raw = value.encode() if isinstance(value, str) else value
    assert len(raw) < 128
    return bytes((number << 3 | 2, len(raw))) + raw


def _varint(value):
    out = b""
    while value > 127:
        out += bytes((value & 127 | 128,))
        value >>= 7
    return out + bytes((value,))


def _time(seconds, nanos=0):
    return b"\x08" + _varint(seconds) + (b"\x10" + _varint(nanos) if nanos else b"")


def _stream(kind, *messages):
    sized = b"".join(struct.pack("<q", len(message)) + message for message in messages)
    return struct.pack("<q", kind) + sized


MAY_1 = 1_714_557_600
DUMP = (
    _stream(
        -1,
        _field(1, "ann") + _field(2, '{"segment":"vip","likes":["red"]}'),
        _field(1, "bob") + _field(2, "null"),
    )
    + _stream(
        -2,
        _field(2, "boots") + _field(4, "shoes") + _field(4, "winter")
        + _field(5, _time(1_704_164_645)) + _field(6, '{"colour":"red","for":["men","kids"]}')
        + _field(7, "Warm boots"),
        _field(2, "socks") + _field(3, True) + _field(6, '["wool"]'),
    )
    + _stream(
        -3,
        *(
            _field(2, kind) + _field(3, user) + _field(4, item) + _field(5, value)
            + _field(6, _time(MAY_1 + later, nanos))
            for kind, user, item, value, later, nanos in (
                ("star", "ann", "boots", 0.0, 0, 0),
                ("read", "ann", "boots", 1.5, -3600, 250_000_000),
                ("click", "bob", "socks", 0.0, 0, 0),
            )
        ),
    )
    + struct.pack("<q", 0)
)  # fmt: skip
