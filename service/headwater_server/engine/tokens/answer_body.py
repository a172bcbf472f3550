"""The content of a sealed token: for whom, the answer's place and question, and the slate.

visitor's tag 6 bytes | marks 1 byte | the user's tag 6 bytes, if there is one | time of the answer,
milliseconds since 1970, 6 bytes | sequence, operations, and windows if there are any, as numbers of
variable length | the arms, if there are any | length of the question and the question, if there is
one | the slate, see token_body
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.events import Slate
from headwater_server.engine.tokens.bytes_of import Reader, number_bytes, text_bytes
from headwater_server.engine.tokens.question_body import question_of
from headwater_server.engine.tokens.token_body import Shown, fields_of, packed

TAG_BYTES = 6
_TIME_BYTES = 6
_OF_USER, _ARMS, _QUESTION, _UNREPLAYABLE, _WINDOWS, _BY_PAGE = 1, 2, 4, 8, 16, 128


class Asked(NamedTuple):
    """The place and the time of an answer, and what was asked; see `Slate`.

    ``question`` is what `question_body.question_bytes` returned. None: the answer cannot be asked
    again.
    """

    sequence: int
    operations: int
    time_ms: int
    question: bytes | None
    windows: int = 0


UNKNOWN = Asked(0, 0, 0, None)


class Content(NamedTuple):
    """What a sealed token contains."""

    slate: Slate
    visitor_tag: bytes
    user_tag: bytes
    by_page: bool


def answer_bytes(
    shown: Shown, asked: Asked, visitor_tag: bytes, user_tag: bytes, *, by_page: bool
) -> bytes:
    """Return the content as bytes; ``user_tag`` is empty if there is no account."""
    question, arms = asked.question, shown.arms
    marks = _UNREPLAYABLE if question is None else _QUESTION
    if by_page:
        marks |= _BY_PAGE
    if user_tag:
        marks |= _OF_USER
    if arms:
        marks |= _ARMS
    if asked.windows:
        marks |= _WINDOWS
    return b"".join(
        (
            visitor_tag,
            bytes((marks,)),
            user_tag,
            _place_bytes(asked.time_ms, asked.sequence, asked.operations, asked.windows),
            _arms_bytes(tuple(arms)) if arms else b"",
            b"" if question is None else number_bytes(len(question)) + question,
            packed(shown),
        )
    )


@lru_cache(maxsize=8)  # many answers come from one state at one time
def _place_bytes(time_ms: int, sequence: int, operations: int, windows: int) -> bytes:
    numbers = (sequence, operations, windows) if windows else (sequence, operations)
    return time_ms.to_bytes(_TIME_BYTES, "big") + b"".join(map(number_bytes, numbers))


def content_of(raw: bytes, *, questions: bool = True) -> Content:
    """Return what `answer_bytes` wrote. IndexError, UnicodeDecodeError … for other bytes.

    Without ``questions``, that of the slate is not read.
    """
    visitor_tag, marks = raw[:TAG_BYTES], raw[TAG_BYTES]
    time_at = TAG_BYTES + 1 + (TAG_BYTES if marks & _OF_USER else 0)
    user_tag, end = raw[TAG_BYTES + 1 : time_at], time_at + _TIME_BYTES
    reader = Reader(raw, end)
    sequence, operations = reader.number(), reader.number()
    windows = reader.number() if marks & _WINDOWS else 0
    arms = _arms_of(reader) if marks & _ARMS else ()
    written = reader.take(reader.number()) if marks & _QUESTION else None
    fields = fields_of(reader.rest())
    question = question_of(Reader(written), fields[3]) if written and questions else None
    time_ms, is_lost = int.from_bytes(raw[time_at:end], "big"), bool(marks & _UNREPLAYABLE)
    slate = Slate(*fields, sequence, operations, time_ms, arms, question, is_lost, windows)
    return Content(slate, visitor_tag, user_tag, bool(marks & _BY_PAGE))


@lru_cache(maxsize=1_024)  # few of them are in force at a time
def _arms_bytes(arms: tuple[Arm, ...]) -> bytes:
    names = [text_bytes(arm.experiment_id) + text_bytes(arm.arm_id) for arm in arms]
    return number_bytes(len(arms)) + b"".join(names)


def _arms_of(reader: Reader) -> tuple[Arm, ...]:
    return tuple([Arm(reader.text(), reader.text()) for _ in range(reader.number())])
