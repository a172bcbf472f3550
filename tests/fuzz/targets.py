"""What is fuzzed: each target takes any bytes, and lets nothing pass but the documented errors."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Callable

import zstandard

from headwater_server.engine.catalogue.columns import Columns
from headwater_server.engine.catalogue.filters import BadFilterError, parse
from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.entries import (
    Build,
    Item,
    ItemDelete,
    ItemWrite,
    SettingsChange,
    UserWrite,
)
from headwater_server.engine.messages.events import Event, EventItem, Slate
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.tokens import signed_token
from headwater_server.engine.tokens.answer_body import Asked, answer_bytes
from headwater_server.engine.tokens.attribution_token import (
    ForgedTokenError,
    TokenKey,
    open_token,
    sign,
)
from headwater_server.engine.tokens.question_body import question_bytes
from headwater_server.engine.tokens.sealing import sealed
from headwater_server.engine.tokens.token_body import packed
from headwater_server.replica.faults import DamagedSnapshot, UnreadableEntry
from headwater_server.storage.codecs.chunks import Chunk, checksum
from headwater_server.storage.codecs.entry_codec import decode_entry, encode_operations
from headwater_server.storage.codecs.plain import encode_plain
from headwater_server.storage.kept import snapshots
from tests.fuzz import requests

KEY = TokenKey(0, b"k" * 32)
OURS = {0: KEY}.get
_HEAD = b"\3\0\0\0\0\x3c"  # version 3, key 0, expires at 60
QUESTION = Question(
    9, ("cup", "mug", "tea"), ("a",), ("b",), "price < 5", "auto", True, "u", "s", (("k", 1.0),)
)
SLATE = Slate(
    "r1", "best", "home", ("tea", "cup"), (0.5, 0.25), 7, 3, 10**12, (Arm("e", "a"),), QUESTION
)


def _columns() -> Columns:
    columns = Columns()
    columns.put(0, Item("0", categories=("tea",), price=3.0, features=(("grams", 2.0),)))
    return columns


COLUMNS = _columns()


def token(data: bytes) -> None:
    """Open any text as a token, and any bytes under a right signature or seal."""
    with contextlib.suppress(ForgedTokenError):
        open_token(data.decode("utf-8", "replace"), OURS)
    signed = data + signed_token.mac(data, KEY.secret)
    under_seal = _HEAD + sealed(_HEAD, data, KEY.secret, 60)
    for raw in (signed, under_seal):
        with contextlib.suppress(ForgedTokenError):
            slate = open_token(base64.urlsafe_b64encode(raw).rstrip(b"=").decode(), OURS).slate
            assert len(slate.item_ids) == len(slate.propensities)


def filter_text(data: bytes) -> None:
    """Parse any text; what parses says of each item whether it passes."""
    text = data.decode("utf-8", "replace")
    try:
        mask = parse(text).mask(COLUMNS)
    except BadFilterError as error:
        assert 1 <= error.position <= len(text) + 1  # noqa: PT017 - most texts do not parse
    else:
        assert mask.dtype == bool


def entry(data: bytes) -> None:
    """Read any bytes as an entry; what can be read is written and read again the same."""
    try:
        found = decode_entry(data, 0)
    except UnreadableEntry:
        return
    written = encode_operations(found.operations, imported=found.imported)
    again = decode_entry(written, 0)
    assert encode_operations(again.operations, imported=again.imported) == written


def snapshot(data: bytes) -> None:
    """Read any bytes as the parts of a snapshot whose checksums are right."""
    stored = zstandard.ZstdCompressor(level=1).compress(data)
    chunk = Chunk(stored, checksum(stored), len(data))
    with contextlib.suppress(DamagedSnapshot):
        snapshots.decoded([chunk], hashlib.blake2b(data, digest_size=32).digest())
    raw = Chunk(data, checksum(data), len(data))
    with contextlib.suppress(DamagedSnapshot):
        snapshots.decoded([raw], b"")


TARGETS: dict[str, Callable[[bytes], None]] = {
    "token": token,
    "filter": filter_text,
    "entry": entry,
    "snapshot": snapshot,
    "request": requests.request,
}


def seeds(target: str) -> list[bytes]:
    """Return what is well-formed: where a fuzzer begins."""
    click = Event(
        "e1", "click", "v", "u", "s", (EventItem("a", 2.0, 3.0, "EUR"),), 1.0, 5, "home", 1,
        (("k", "v"),), SLATE, b"f",
    )  # fmt: skip
    operations = [
        click,
        ItemWrite(
            Item("a", "t", ("c",), 1.0, "EUR", True, ("x",), (("f", 1.0),), 1, 2), ("title",)
        ),
        ItemDelete("a", 5),
        UserWrite("u", (("f", 1.0),), ("f",), 7),
        SettingsChange(EngineSettings()),
        Build("1.0", 4, "0.26"),
    ]
    plain = {"a": [1, 2.5, None], "b": (True, "x", b"y", 2**80), "c": ["x", "y"], "d": [1, 2]}
    parts = [COLUMNS.compared("price", lambda a, b: a < b, 5.0)[:4], plain]
    raw = b"".join(
        piece for part in ("path", parts[0], "more", plain) for piece in encode_plain(part)
    )
    text = sign(SLATE, KEY, visitor_id="ann", expire_s=60)
    before = signed_token.HEAD.pack(2, 0, 60, b"visitr", 0) + packed(SLATE)
    asked = Asked(7, 3, 10**12, question_bytes(QUESTION, SLATE.item_ids, 512))
    content = answer_bytes(SLATE, asked, b"visitr", b"", by_page=False)
    return {
        "token": [text.encode(), before, content],
        "filter": [
            b'categories: ANY("tea", "cup") AND NOT (price < 2.5e1 OR available != true)',
            b'tags: ANY("say \\"so\\"") OR grams >= -1',
        ],
        "entry": [encode_operations([one]) for one in operations] + [encode_operations(operations)],
        "snapshot": [raw],
        "request": requests.seeds(),
    }[target]
