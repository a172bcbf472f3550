"""The encoding of a text, found over all of its bytes; a copy in UTF-8 where it has another one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path

from headwater_server.reading.opening.mixed import check_western
from headwater_server.reading.opening.places import Source
from headwater_server.reading.problems import BadFile, Problem
from headwater_server.reading.session import Session

CHUNK = 1 << 19
HEAD_BYTES = 1 << 20
_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
          (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip

_LOST = "\N{REPLACEMENT CHARACTER}"
_XML = re.compile(rb"\s*<\?xml")
_NO_TEXT = re.compile(rb"[\x01-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True)
class Text:
    """A text in UTF-8, with line ends that a parser takes. ``encoding`` is what it had, in words.

    ``longest_run`` is at least as long as its longest line, if that is very long.
    """

    path: Path
    encoding: str
    head: str
    longest_run: int = 0


@dataclass
class _Seen:
    """What one pass over the bytes shows."""

    valid: bool = True
    feeds: int = 0
    returns: int = 0
    pairs: int = 0
    run: int = 0
    longest_run: int = 0
    has_zero: bool = False

    @property
    def is_mixed(self) -> bool:
        """Whether the line ends are of several kinds."""
        lone_returns, lone_feeds = self.returns - self.pairs, self.feeds - self.pairs
        return sum(count > 0 for count in (lone_returns, lone_feeds, self.pairs)) > 1


def text_of(source: Source, session: Session) -> Text:
    """Return the text of a file. Raises `BadFile` if it is no text."""
    with source.path.open("rb") as file:
        head = file.read(4096)
    name = _encoding_by_marks(head)
    if name in {"utf-16", "utf-16-le", "utf-16-be", "utf-32"}:
        return _copied(source, session, name, name.upper()[:6])
    if _is_binary(head):
        reason = "neither text nor a format that can be read; write it as CSV or JSON lines"
        raise BadFile(Path(source.name), [Problem(0, "", reason)])
    seen = _look(source, session)
    if seen.has_zero:
        reason = "a zero byte, which no text has: the file is damaged, or of another format"
        raise BadFile(Path(source.name), [Problem(_line_of_zero(source), "", reason)])
    if not seen.valid:
        if source.encoding:
            return _copied(source, session, source.encoding, source.encoding)
        if not _XML.match(head):  # says its encoding itself
            check_western(source)
        return _copied(source, session, "cp1252", "windows-1252 (it is no UTF-8)")
    said = "UTF-8 with a mark" if name == "utf-8-sig" else "UTF-8"
    if seen.is_mixed:
        return _copied(source, session, "utf-8-sig", said)
    return Text(source.path, said, _head(source.path), seen.longest_run)


def _is_binary(head: bytes) -> bool:
    """Return whether it is no text at all, which is more than a text with a damaged line."""
    return b"\0" in head and (b"\n" not in head or bool(_NO_TEXT.search(head)))


def _line_of_zero(source: Source) -> int:
    line = 1
    with source.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            before, zero, _ = chunk.partition(b"\0")
            line += before.count(b"\n")
            if zero:
                break
    return line


def _encoding_by_marks(head: bytes) -> str:
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    zeros = head.count(0)
    if zeros > len(head) * 0.3:  # every second byte of English text in UTF-16
        return "utf-16-le" if head[1::2].count(0) > zeros / 2 else "utf-16-be"
    return "utf-8"


def _look(source: Source, session: Session) -> _Seen:
    seen, done, total = _Seen(), 0, source.path.stat().st_size
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b""
    with source.path.open("rb") as file:
        while chunk := file.read(CHUNK):
            _look_at(chunk, last, seen, decoder)
            last = chunk[-1:]
            done += len(chunk)
            session.watch(f"look at {source.short}, bytes", done, total)
    if seen.valid:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            seen.valid = False
    return seen


def _look_at(chunk: bytes, last: bytes, seen: _Seen, decoder: codecs.IncrementalDecoder) -> None:
    if seen.valid:
        try:
            decoder.decode(chunk)
        except UnicodeDecodeError:
            seen.valid = False
    seen.has_zero = seen.has_zero or b"\0" in chunk
    if b"\r" in chunk or last == b"\r":
        feeds, returns = chunk.count(b"\n"), chunk.count(b"\r")
    else:  # then only whether there is a feed matters, and to count them takes a second a gigabyte
        feeds, returns = int(b"\n" in chunk), 0
    seen.feeds += feeds
    seen.returns += returns
    if returns:
        seen.pairs += chunk.count(b"\r\n")
    if last == b"\r" and chunk.startswith(b"\n"):
        seen.pairs += 1
    seen.run = 0 if feeds or returns else seen.run + len(chunk)
    seen.longest_run = max(seen.longest_run, seen.run and seen.run + 2 * CHUNK)


def _copied(source: Source, session: Session, encoding: str, said: str) -> Text:
    """Write the text as UTF-8 with plain line feeds; bytes that have no meaning become U+FFFD."""
    path = session.new_file(".utf8")
    total, run, longest, lost = source.path.stat().st_size, 0, 0, 0
    with (
        source.path.open(encoding=encoding, errors="replace", newline=None) as file,
        path.open("w", encoding="utf-8", newline="") as out,
    ):
        while chunk := file.read(CHUNK):
            out.write(chunk)
            lost += chunk.count(_LOST)
            run = 0 if "\n" in chunk else run + len(chunk)
            longest = max(longest, run and run + 2 * CHUNK)
            session.watch(f"decode {source.short}, bytes", out.tell(), total)
    said += f" ({lost:,} characters of it cannot be read)" if lost else ""
    return Text(path, said, _head(path), longest * 4)


def _head(path: Path) -> str:
    with path.open("rb") as file:
        raw = file.read(HEAD_BYTES)
    return raw.decode("utf-8-sig", errors="ignore")
