"""One table of a TOML file, which knows its place for messages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from headwater_server.reading.mapping.names import BadMapping, listed, near


@dataclass(frozen=True)
class Place:
    """A table and its path: ``Place("mine.toml: events[0]", {...})``."""

    path: str
    tree: Mapping[str, Any]

    def __str__(self) -> str:
        """Return the path, to be read before a key."""
        return self.path

    def only(self, keys: Collection[str]) -> None:
        """Refuse a key that is not among ``keys``."""
        for key in self.tree:
            if key not in keys:
                raise BadMapping(
                    f"{self._at(key)}: there is no such key{near(key, keys)}; "
                    f"known are {listed(sorted(keys), most=30)}"
                )

    def text(self, key: str) -> str:
        """Return a text, "" if there is none."""
        value = self.tree.get(key, "")
        if not isinstance(value, str):
            raise BadMapping(f"{self._at(key)}: a text was expected")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; one text is a list of one."""
        value = self.tree.get(key, [])
        if isinstance(value, str):
            return (value,)
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise BadMapping(f"{self._at(key)}: a text or a list of texts was expected")
        return tuple(value)

    def all_texts(self) -> dict[str, str]:
        """Return the whole table, each value a text."""
        return {key: self.text(key) for key in self.tree}

    def flag(self, key: str) -> bool:
        """Return a boolean, False if there is none."""
        value = self.tree.get(key, False)
        if not isinstance(value, bool):
            raise BadMapping(f"{self._at(key)}: true or false was expected")
        return value

    def one_of(self, key: str, choices: Sequence[str]) -> int:
        """Return which of ``choices`` is given, 0 if none is."""
        value = self.text(key) or choices[0]
        if value not in choices:
            raise BadMapping(f"{self._at(key)}: {value!r} is none of {', '.join(choices)}")
        return choices.index(value)

    def inner(self, key: str) -> Place:
        """Return the table under ``key``, an empty one if there is none."""
        value = self.tree.get(key, {})
        if not isinstance(value, Mapping):
            raise BadMapping(f"{self._at(key)}: a table was expected, as [{key}]")
        return Place(self._at(key), value)

    def places(self, key: str) -> Iterator[Place]:
        """Yield the tables of the list under ``key``."""
        value = self.tree.get(key, [])
        if isinstance(value, Mapping):
            value = [value]
        if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
            raise BadMapping(f"{self._at(key)}: tables were expected, as [[{key}]]")
        for number, one in enumerate(value):
            yield Place(f"{self._at(key)}[{number}]", one)

    def _at(self, key: str) -> str:
        return f"{self.path}.{key}" if "[" in self.path else f"{self.path}: {key}"
