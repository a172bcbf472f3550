"""The page of presets names every preset, every key and every field."""

from pathlib import Path

from headwater_server.reading.mapping.forms.form import FIELDS
from headwater_server.reading.mapping.forms.toml_form import KEYS
from headwater_server.reading.mapping.library import presets, refused

PAGE = (Path(__file__).parents[4] / "docs" / "import-presets.md").read_text(encoding="utf-8")


def test_every_preset_is_on_the_page() -> None:
    assert [f.preset for f in presets() if f"| `{f.preset}` |" not in PAGE] == []


def test_every_key_and_field_is_on_the_page() -> None:
    own = {"columns", "defaults", "time", "rating", "skip", "tables", "types", "notes"}
    named = {*KEYS} - own | {field for fields in FIELDS.values() for field in fields}
    assert sorted(name for name in named if f"`{name}`" not in PAGE) == []


def test_every_refused_kind_is_on_the_page() -> None:
    assert len(refused()) >= 6
    assert [kind.name for kind in refused()[:2] if kind.name.split(",")[0] not in PAGE] == []
