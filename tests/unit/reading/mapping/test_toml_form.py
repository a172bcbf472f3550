"""A mapping as TOML: each mistake is named with its place and the fix."""

import pytest

from headwater_server.reading.mapping.forms.toml_form import parse_forms
from headwater_server.reading.mapping.library import presets
from headwater_server.reading.mapping.names import BadMapping

MISTAKES = {
    "not TOML": ("[[events", "mine.toml: not TOML"),
    "nothing": ('name = "x"', "has none of [[events]], [[items]] and [[users]]"),
    "key": ('[[events]]\nmach = ["a"]', "there is no such key; did you mean match?"),
    "field": ('[[events]]\n[events.columns]\ntiem = "a"', "columns.tiem: there is no such field"),
    "near field": ('[[events]]\n[events.columns]\nitem = "a"', "did you mean item_id?"),
    "list": ("[[events]]\nmatch = 3", "events[0].match: a text or a list of texts was expected"),
    "choice": ('[[events]]\nexplode_as = "rows"', "'rows' is none of items, events"),
    "unit": ('[[events]]\n[events.time]\nunit = "min"', "'min' is none of s, ms, us, ns"),
    "scale": ('[[events]]\n[events.rating]\nscale = "ten"', "give the highest rating"),
    "skip without reason": ('[[events]]\n[[events.skip]]\ncolumn = "a"', "skip[0].reason: say why"),
    "skip of nothing": ('[[events]]\n[[events.skip]]\nreason = "r"', "skip[0]: give column and is"),
    "flag": ('[[items]]\nnewest = "yes"', "newest: true or false was expected"),
    "types": ("[[events]]\n[events.types]\nbuy = 1", "types.buy: a text was expected"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(text: str, message: str) -> None:
    with pytest.raises(BadMapping) as mistake:
        parse_forms(text, "mine.toml")
    assert message in str(mistake.value)


def test_every_preset_says_whose_files_it_reads() -> None:
    forms = presets()
    assert len({form.preset for form in forms}) >= 30
    assert [form.preset for form in forms if not (form.title and form.source)] == []
    assert [f.preset for f in forms if not (f.match or f.header or f.tables)] == []
    assert [f.preset for f in forms if f.header and len(f.header) != len(f.looks)] == []
