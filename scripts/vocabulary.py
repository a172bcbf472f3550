"""Find words that we avoid: in docs, comments, texts and names.

    python scripts/vocabulary.py             check what vocabulary.toml names under `checked`
    python scripts/vocabulary.py PATH ...    check these files or folders instead

It prints a line for each hit and exits with 1 if there is one. scripts/vocabulary.toml holds the
words, what to write instead, and the exceptions with their reasons.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "scripts" / "vocabulary.toml"
SUFFIXES = {".py", ".md", ".ts", ".tsx", ".go", ".java", ".proto", ".toml", ".yml"}
BETWEEN = r"[\s#*/]+"  # words of a phrase may stand on two lines, also of a comment
INLINE_CODE = re.compile(r"(`+)[^`\n]+\1")
NOT_A_COMMENT = re.compile(r"^(?:(?!//).)*", re.MULTILINE)


@dataclass(frozen=True)
class Exempt:
    """A place where a word is right: what matches ``text`` in a file that matches ``path``."""

    text: re.Pattern[str]
    path: str
    reason: str


@dataclass(frozen=True)
class Entry:
    """Words to avoid, what to write instead, and where they are right."""

    found: re.Pattern[str]
    signs: tuple[str, ...]  # a text without any of these, in small letters, has no match
    write: str
    reason: str
    checked: tuple[str, ...]  # where a run without arguments looks for them
    exempt: tuple[Exempt, ...] = ()

    def is_checked(self, path: str) -> bool:
        """Return whether a run without arguments looks for the words in this file."""
        return any(fnmatch(path, one) for one in self.checked)


@dataclass(frozen=True)
class Vocabulary:
    """All entries, and the files that are never checked (patterns of whole paths)."""

    entries: tuple[Entry, ...]
    never: tuple[str, ...]

    def can_be_checked(self, path: str) -> bool:
        """Return whether a file has words that somebody writes, and may change."""
        name = Path(path)
        kind = name.suffix in SUFFIXES or name.name == "Makefile"
        return kind and not any(fnmatch(path, one) for one in self.never)


@dataclass(frozen=True)
class Hit:
    """A word to avoid, at a line."""

    path: str
    line: int
    word: str
    entry: Entry

    def __str__(self) -> str:
        return f'{self.path}:{self.line}: "{self.word}": {self.entry.write} ({self.entry.reason})'


def pattern(word: str) -> str:
    """Return a pattern for a word or phrase, also as a part of a name.

    >>> told = re.compile(pattern("told"))
    >>> [bool(told.search(text)) for text in ("told", "Told.", "was_told", "isTold", "TOLD_MAX")]
    [True, True, True, True, True]
    >>> [bool(told.search(text)) for text in ("untold", "toldster", "mistold_by")]
    [False, False, False]
    """
    if " " in word:
        return r"(?i:\b" + BETWEEN.join(map(re.escape, word.split())) + r"\b)"
    plain = rf"(?<![A-Za-z])(?i:{word})(?![A-Za-z])"
    first, later = rf"(?<![A-Za-z]){word}(?=[A-Z])", rf"(?<=[a-z]){word.capitalize()}(?![a-z])"
    return f"(?:{plain}|{first}|{later})"


def read(values: dict[str, Any]) -> Vocabulary:
    """Return what vocabulary.toml says; KeyError if an entry or exception lacks its reason."""
    entries = []
    for one in values["entry"]:
        parts = [*map(pattern, one.get("words", [])), *one.get("patterns", [])]
        exempt = tuple(
            Exempt(re.compile(e["text"]), e.get("path", "*"), e["reason"])
            for e in one.get("except", [])
        )
        signs = {word.split()[0] for word in one.get("words", [])}
        signs |= {""} if "patterns" in one else set()
        found = re.compile("|".join(parts))
        checked = tuple(one.get("checked", values["checked"]))
        entries.append(Entry(found, tuple(signs), one["write"], one["reason"], checked, exempt))
    never = tuple(one["path"] for one in values["never"] if one["reason"])
    return Vocabulary(tuple(entries), never)


def blank(text: str, part: re.Pattern[str]) -> str:
    """Return the text with every match replaced by spaces, so that lines and places stay."""
    return part.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def prose(path: str, text: str) -> str:
    """Return the text without what is not ours to word: code in Markdown, names in protos."""
    if path.endswith(".proto"):
        text = blank(text, NOT_A_COMMENT)
    return blank(text, INLINE_CODE) if path.endswith((".md", ".proto")) else text


def hits(path: str, text: str, entries: Sequence[Entry]) -> Iterator[Hit]:
    """Yield every word to avoid in the text of a file, entry by entry."""
    text = prose(path, text)
    small = text.lower()
    for entry in entries:
        if not any(sign in small for sign in entry.signs):
            continue
        kept = text
        for one in entry.exempt:
            if fnmatch(path, one.path):
                kept = blank(kept, one.text)
        for match in entry.found.finditer(kept):
            line = kept.count("\n", 0, match.start()) + 1
            yield Hit(path, line, re.sub(BETWEEN, " ", match[0]), entry)


def tracked(paths: Sequence[str]) -> list[str]:
    """Return the files that git knows, below ``paths`` or all."""
    command = ["git", "ls-files", "-z", "--", *paths]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [path for path in done.stdout.split("\0") if (ROOT / path).is_file()]


def main(arguments: Sequence[str]) -> int:
    """Print every hit; return the exit code."""
    vocabulary = read(tomllib.loads(LIST.read_text()))
    files = [path for path in tracked(arguments) if vocabulary.can_be_checked(path)]
    found: list[Hit] = []
    for path in files:
        entries = [one for one in vocabulary.entries if arguments or one.is_checked(path)]
        if entries:
            found += hits(path, (ROOT / path).read_text(), entries)
    for hit in sorted(found, key=lambda hit: (hit.path, hit.line)):
        print(hit)
    print(f"{len(found)} words to replace")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
