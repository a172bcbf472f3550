"""What a signed text is taken as: also one that another build has signed."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from headwater_server.api.access import sessions
from headwater_server.api.access.access import Access
from headwater_server.api.access.api_keys import Keys
from headwater_server.api.access.sessions import Session, opened
from headwater_server.errors import Unauthenticated

KEY = "a-whole-key-of-the-backend"
NOW = int(time.time())
FIELDS = {"who": "anna", "sub": "7", "role": "read", "exp": NOW + 900, "sid": "s", "until": NOW + 9}
CALL = "headwater.v1.ModelService/GetServing"


def text_of(content: Any) -> str:
    """Return anything as the web process signs it."""
    body = sessions._text(content if isinstance(content, bytes) else json.dumps(content).encode())
    return f"hws1.{body}.{sessions._text(sessions._mac(body, KEY.encode()))}"


def test_a_newer_builds_session_counts_by_what_is_known_of_it() -> None:
    newer = text_of({**FIELDS, "device": {"trusted": True}, "_": 1})
    assert opened(newer, [KEY.encode()]) == Session(**FIELDS)
    assert Keys([Access(KEY.encode())]).check([("authorization", f"Bearer {newer}")], CALL).session


BAD = {
    "a new role": {**FIELDS, "role": "supervise"},
    "a role that is no text": {**FIELDS, "role": ["read"]},
    "roles in a table": {**FIELDS, "role": {}},
    "no end": {name: value for name, value in FIELDS.items() if name != "exp"},
    "an end that is text": {**FIELDS, "exp": "2100-01-01"},
    "no name": {**FIELDS, "who": None},
    "a list": [1],
    "a number": 7,
    "no JSON": b"{",
    "no text": b"\xff\xfe",
}


@pytest.mark.parametrize("content", BAD.values(), ids=list(BAD))
def test_what_cannot_be_read_is_no_session(content: Any) -> None:
    """The caller signs in again; nothing else happens."""
    assert opened(text_of(content), [KEY.encode()]) is None
    with pytest.raises(Unauthenticated):
        Keys([Access(KEY.encode())]).check([("authorization", f"Bearer {text_of(content)}")], CALL)


@pytest.mark.parametrize("token", ["hws1.", "hws1..", "hws1.\udc80.x", "hws1.a", "hws1.é.é"])
def test_what_is_no_session_at_all(token: str) -> None:
    assert opened(token, [KEY.encode()]) is None
