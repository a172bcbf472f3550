"""The presets that come with Headwater: one TOML file each."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.forms.json_paths import shown_in
from headwater_server.reading.mapping.forms.toml_form import parse_forms
from headwater_server.reading.mapping.forms.toml_table import Place
from headwater_server.reading.mapping.names import same
from headwater_server.reading.opening.table import Table

_PACKAGE = "headwater_server.reading.presets"
_REFUSED = "not_a_shop.toml"


@cache
def presets() -> tuple[Form, ...]:
    """Return the forms of all presets, by the presets' names."""
    folder = files(_PACKAGE)
    names = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return tuple(
        form
        for name in names
        if name != _REFUSED
        for form in parse_forms((folder / name).read_text(encoding="utf-8"), name)
    )


@dataclass(frozen=True)
class Refused:
    """A kind of file that holds no shop's events."""

    name: str
    why: str
    columns: tuple[str, ...]
    paths: tuple[str, ...]
    first: str

    def is_of(self, table: Table) -> bool:
        """Return whether the table is of this kind."""
        if self.paths and table.kind == "documents":
            return all(shown_in(path, table.paths) for path in self.paths)
        if self.columns:
            have = {same(name) for name in table.columns}
            return all(same(name) in have for name in self.columns)
        row = table.delimiter.join(table.first_row) if table.kind == "rows" else ""
        return bool(self.first) and bool(re.search(self.first, row))


@cache
def refused() -> tuple[Refused, ...]:
    """Return the kinds of files that are refused by name."""
    tree = tomllib.loads((files(_PACKAGE) / _REFUSED).read_text(encoding="utf-8"))
    return tuple(
        Refused(
            one.text("name"),
            one.text("why"),
            one.texts("columns"),
            one.texts("paths"),
            one.text("first"),
        )
        for one in Place(_REFUSED, tree).places("kind")
    )
