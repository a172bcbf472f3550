"""Text that is no UTF-8: is it of a Western Windows, or UTF-8 with a few wrong bytes?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from headwater_server.reading.opening.places import Source
from headwater_server.reading.problems import BadFile, Problem

CHUNK = 1 << 19
_SHARE = 10
"""Windows-1252 has such pairs of bytes by chance, but far fewer than letters with accents."""
_CHARACTERS = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_HIGH = re.compile(rb"[\x80-\xff]")
_UNUSED = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
FLAG = "--encoding windows-1252, or the one that it has, reads all of it so"


@dataclass
class _Counted:
    """``characters`` of UTF-8, and bytes of none; where the first of these is."""

    characters: int = 0
    wrong: int = 0
    line: int = 0
    byte: int = 0
    unused_line: int = 0
    unused_byte: int = 0


def check_western(source: Source) -> None:
    """Return if the text can be windows-1252. Raises `BadFile` with the line and the way out.

    To read UTF-8 as windows-1252 because of one wrong byte would change every id with an accent.
    """
    seen = _count(source)
    if seen.characters * _SHARE >= seen.wrong:
        text = (
            f"not UTF-8 (byte {seen.byte:02X}), but other lines are; correct it, or say what the "
            f"file has: --encoding utf-8 reads such bytes as \N{REPLACEMENT CHARACTER}; {FLAG}"
        )
        raise BadFile(Path(source.name), [Problem(seen.line, "", text, seen.wrong)])
    if seen.unused_line:
        text = (
            f"neither UTF-8 nor windows-1252 (byte {seen.unused_byte:02X}); say its encoding, such "
            "as --encoding windows-1251, gb18030 or shift_jis"
        )
        raise BadFile(Path(source.name), [Problem(seen.unused_line, "", text)])


def _count(source: Source) -> _Counted:
    seen, line = _Counted(), 1
    rest = b""
    with source.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            raw = rest + chunk
            rest = raw[_whole(raw) :]
            raw = raw[: len(raw) - len(rest)]
            _add(raw, line, seen)
            line += raw.count(b"\n")
    _add(rest, line, seen)
    return seen


def _whole(raw: bytes) -> int:
    """Return where a character may begin that the next chunk completes."""
    for back in range(1, 4):
        if len(raw) >= back and raw[-back] >= 0xC0:
            return len(raw) - back
    return len(raw)


def _add(raw: bytes, line: int, seen: _Counted) -> None:
    if raw.isascii():
        return
    seen.characters += len(_CHARACTERS.findall(raw))
    # as many bytes in place of a character, so that places stay the same
    left = _CHARACTERS.sub(lambda found: b" " * len(found[0]), raw)
    if not seen.wrong and (first := _HIGH.search(left)):
        seen.line = line + raw.count(b"\n", 0, first.start())
        seen.byte = left[first.start()]
    seen.wrong += len(_HIGH.findall(left))
    if not seen.unused_line and (unused := _UNUSED.search(left)):
        seen.unused_line = line + raw.count(b"\n", 0, unused.start())
        seen.unused_byte = left[unused.start()]
