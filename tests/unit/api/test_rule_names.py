"""Names of rules can be read: none looks like another one, or like nothing."""

from __future__ import annotations

import pytest

from headwater.v1 import rule_pb2
from headwater_server.api.translate.rules.reading import rule_write
from headwater_server.errors import InvalidRequest


def written(name: str) -> str:
    rule = rule_pb2.Rule(name=name, filter="price < 9")
    rule.boost.by = 1
    return rule_write("rule", rule).name


UNSEEN = {
    "a space without width": "\u200b",
    "a joiner": "\u200d",
    "another direction": "\u202e",
    "a soft hyphen": "\u00ad",
    "a mark of order": "\ufeff",
    "a tag": "\U000e0041",
    "a line": "\u2028",
    "an end of a line": "\n",
    "the bell": "\x07",
    "a space that does not break": "\u00a0",
    "a wide space": "\u3000",
    "a filler": "\u3164",
    "a blank of braille": "\u2800",
    "a letter of nobody": "\ue000",
}


@pytest.mark.parametrize("letter", UNSEEN.values(), ids=list(UNSEEN))
@pytest.mark.parametrize("name", ["{}", "sa{}le", "{}sale", "sale{}"])
def test_a_name_has_nothing_that_cannot_be_seen(name: str, letter: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        written(name.format(letter))
    assert refused.value.field == "rule.name"
    assert letter not in refused.value.problem


@pytest.mark.parametrize(
    "name", ["sale", "été 2026", "夏のセール", "акция", "تخفيضات", "50 % off 🎉"]
)
def test_every_language_has_names(name: str) -> None:
    assert written(name) == name
