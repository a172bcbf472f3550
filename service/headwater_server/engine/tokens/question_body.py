"""What was asked, in few bytes: an ordinary question takes two, and its account and session."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain

from headwater_server.engine.messages.asked import Question, candidates_of, over_slate
from headwater_server.engine.messages.events import ContextValue
from headwater_server.engine.tokens.bytes_of import (
    Reader,
    id_bytes,
    long_text_bytes,
    number_bytes,
    text_bytes,
)
from headwater_server.engine.tokens.packed_ids import short_ids_bytes, short_ids_of

_BEST, _DIVERSITY, _FILTER, _USER, _SESSION, _CONTEXT, _CANDIDATES, _LISTS = (
    1 << bit for bit in range(8)
)
_TEXT, _NUMBER = b"\0", b"\1"
_FLOAT = struct.Struct(">d")
_ID_BYTES = 128  # of an item's id, at most
_FIRST_SLOT = 1 << 10  # added to the number of slots, of which there are at most 100
_RATIO = 16  # of deflate, at the most: longer questions need not be tried


def question_bytes(question: Question, item_ids: Sequence[str], bytes_max: int) -> bytes | None:
    r"""Return the question, whose answer is ``item_ids``; None if it takes more than ``bytes_max``.

    What is much too long is not written first: a backend may send a thousand candidates.

    >>> asked = Question(page_size=4, context_item_ids=("item-7",), session_id="5d41402abc4b")
    >>> raw = question_bytes(asked, ["item-3"], 512)
    >>> raw, question_of(Reader(raw), ["item-3"]) == asked
    (b'\x90\x04\x01\x06]A@*\xbcK\x00\x00\x01\x07\x06item-7', True)
    >>> question_bytes(asked, ["item-3"], bytes_max=5) is None
    True
    """
    if _is_plain(question):
        return plain_question_bytes(_size(question), bytes_max, explore=question.explore)
    if _is_too_long(question, _RATIO * bytes_max):
        return None
    try:
        raw = _written(question, item_ids)
    except ValueError:  # some text has more bytes than any id
        return None
    return raw if len(raw) <= bytes_max else None


@lru_cache(maxsize=256)  # of pages of 1 to 100 items
def plain_question_bytes(page_size: int, bytes_max: int, *, explore: bool) -> bytes | None:
    """Return the same of a question for nothing but a number of slots."""
    raw = bytes((0 if explore else _BEST,)) + number_bytes(page_size)
    return raw if len(raw) <= bytes_max else None


def _size(q: Question) -> int:
    return q.page_size + _FIRST_SLOT if q.first_slot else q.page_size


def _is_plain(q: Question) -> bool:
    return not (
        q.candidate_item_ids or q.exclude_item_ids or q.context_item_ids or q.filter
        or q.diversity or q.objective or q.user_id or q.session_id or q.context
    )  # fmt: skip


def _is_too_long(q: Question, most: int) -> bool:
    lists = q.candidate_item_ids, q.exclude_item_ids, q.context_item_ids
    if _ID_BYTES * sum(map(len, lists)) + len(q.filter) <= most:  # as nearly always
        return False
    return sum([len(item_id) + 1 for item_id in chain(*lists)]) + len(q.filter) > most


def _written(q: Question, item_ids: Sequence[str]) -> bytes:
    flags, parts = 0 if q.explore else _BEST, [b"", number_bytes(_size(q))]
    if q.diversity or q.objective:  # no bit is free for another flag
        flags |= _DIVERSITY
        parts.append(long_text_bytes(_choices_text(q.diversity, q.objective)))
    if q.filter:
        flags |= _FILTER
        parts.append(long_text_bytes(q.filter))
    if q.user_id:
        flags |= _USER
        parts.append(id_bytes(q.user_id))
    if q.session_id:
        flags |= _SESSION
        parts.append(id_bytes(q.session_id))
    if q.context:
        flags |= _CONTEXT
        parts.append(_context_bytes(q.context))
    others: Sequence[str] = ()
    if q.candidate_item_ids:
        flags |= _CANDIDATES
        places, others = over_slate(q.candidate_item_ids, item_ids)
        parts += map(number_bytes, places)
    if others or q.exclude_item_ids or q.context_item_ids:
        flags |= _LISTS
        parts += _lists_bytes(others, q.exclude_item_ids, q.context_item_ids)
    parts[0] = bytes((flags,))
    return b"".join(parts)


def _choices_text(diversity: str, objective: str) -> str:
    """Return both as one text; without an objective it is what earlier builds wrote.

    >>> _choices_text("low", ""), _choices_text("low", "revenue")
    ('low', '/revenue/low')
    """
    if objective or diversity.startswith("/"):
        return f"/{objective}/{diversity}"
    return diversity


def _choices_of(text: str) -> tuple[str, str]:
    """Return (diversity, objective) of such a text.

    >>> _choices_of("low"), _choices_of("/revenue/"), _choices_of("//odd/one")
    (('low', ''), ('', 'revenue'), ('odd/one', ''))
    """
    if not text.startswith("/"):
        return text, ""
    objective, _, diversity = text[1:].partition("/")
    return diversity, objective


def _lists_bytes(*lists: Sequence[str]) -> list[bytes]:
    ids = short_ids_bytes([*chain(*lists)])
    return [*map(number_bytes, map(len, lists)), number_bytes(len(ids)), ids]


def question_of(reader: Reader, item_ids: Sequence[str]) -> Question:
    """Return the question that `question_bytes` wrote. IndexError … for other bytes."""
    flags, size = reader.byte(), reader.number()
    choices, text = (reader.long_text() if flags & flag else "" for flag in (_DIVERSITY, _FILTER))
    user_id, session_id = (reader.id() if flags & flag else "" for flag in (_USER, _SESSION))
    context = _context_of(reader) if flags & _CONTEXT else ()
    places = [reader.number() for _ in item_ids] if flags & _CANDIDATES else []
    others, excluded, viewed = _lists(reader) if flags & _LISTS else ((), (), ())
    candidates = candidates_of(item_ids, places, others) if flags & _CANDIDATES else ()
    explores = not flags & _BEST
    diversity, objective = _choices_of(choices)
    return Question(
        size % _FIRST_SLOT,
        candidates,
        excluded,
        viewed,
        text,
        diversity,
        explores,
        user_id,
        session_id,
        context,
        objective,
        size >= _FIRST_SLOT,
    )


def _lists(reader: Reader) -> tuple[tuple[str, ...], ...]:
    counts = [reader.number() for _ in range(3)]
    ids = short_ids_of(reader.take(reader.number()), sum(counts))
    first, second = counts[0], counts[0] + counts[1]
    return ids[:first], ids[first:second], ids[second:]


def _context_bytes(context: Sequence[tuple[str, ContextValue]]) -> bytes:
    parts = [number_bytes(len(context))]
    for name, value in context:
        parts.append(text_bytes(name))
        if isinstance(value, str):
            parts += _TEXT, long_text_bytes(value)
        else:
            parts += _NUMBER, _FLOAT.pack(value)
    return b"".join(parts)


def _context_of(reader: Reader) -> tuple[tuple[str, ContextValue], ...]:
    return tuple([_feature(reader) for _ in range(reader.number())])


def _feature(reader: Reader) -> tuple[str, ContextValue]:
    name = reader.text()
    if reader.take(1) == _TEXT:
        return name, reader.long_text()
    value: float = _FLOAT.unpack(reader.take(8))[0]
    return name, value
