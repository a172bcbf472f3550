"""Words that we avoid are found where they are, and nothing else is."""

from __future__ import annotations

import doctest
import tomllib

import pytest

from scripts import vocabulary
from scripts.vocabulary import LIST, hits, main, read, tracked

OURS = read(tomllib.loads(LIST.read_text()))
ONE = {
    "checked": ["docs/*"],
    "never": [{"path": "docs/old.md", "reason": "history"}],
    "entry": [
        {
            "words": ["told", "of late"],
            "write": "reported; recent",
            "reason": "plain",
            "except": [{"path": "*.ts", "text": "toldYou", "reason": "a name of the API"}],
        }
    ],
}


def found(path: str, text: str, words: vocabulary.Vocabulary = OURS) -> list[tuple[int, str]]:
    return [(hit.line, hit.word) for hit in hits(path, text, words.entries)]


def test_the_examples_of_the_patterns_hold() -> None:
    assert doctest.testmod(vocabulary).failed == 0


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.md", "It was\ntold, of\nlate.", [(2, "told"), (2, "of late")]),
        ("a.py", "# of\n# late\nwas_told = isTold = TOLD", [(1, "of late"), *[(3, "told")] * 3]),
        ("a.md", "untold, retold, `told`, ``what is told``", []),
        ("a.md", "```sh\ntold\n```", [(2, "told")]),
        ("a.proto", "string told = 1; // it is told, not `told`", [(1, "told")]),
        ("a.ts", "toldYou; wasToldYou", [(1, "Told")]),
        ("a.py", "toldYou", [(1, "told")]),
    ],
)
def test_a_word_is_found_in_prose_and_names(path: str, text: str, expected: list) -> None:
    got = found(path, text, read(ONE))
    assert [(line, word.lower()) for line, word in got] == [(n, w.lower()) for n, w in expected]


def test_a_hit_says_where_and_what_to_write() -> None:
    [hit] = hits("docs/a.md", "\nHe told us.", read(ONE).entries)
    assert str(hit) == 'docs/a.md:2: "told": reported; recent (plain)'


def test_only_written_text_is_checked() -> None:
    one = read(ONE)
    assert [one.can_be_checked(p) for p in ("docs/a.md", "docs/old.md", "docs/a.png")] == [
        True,
        False,
        False,
    ]


def test_an_entry_may_be_checked_in_more_files_than_the_others() -> None:
    [entry] = read(ONE).entries
    assert entry.is_checked("docs/adr/0001.md")
    assert not entry.is_checked("service/a.py")
    [wider] = read({**ONE, "entry": [{**ONE["entry"][0], "checked": ["*"]}]}).entries
    assert wider.is_checked("service/a.py")


@pytest.mark.parametrize(
    "text",
    [
        "path.touch()",
        "\t@touch $@",
        "addEventListener('touchstart', outdoors)",
        "response.touches_hour + item.touchesHour; ItemOrder.TOUCHES",
        "however, whenever, never, every, everCount, entries_ever",
        "amend, a crewman's understanding stands still",
    ],
)
def test_names_of_others_and_of_the_api_are_fine(text: str) -> None:
    assert found("service/a.py", text) == []


def test_every_exception_and_entry_has_a_reason() -> None:
    reasons = [entry.reason for entry in OURS.entries]
    reasons += [one.reason for entry in OURS.entries for one in entry.exempt]
    assert all(reasons)
    with pytest.raises(KeyError):
        read({**ONE, "entry": [{"words": ["told"], "write": "reported"}]})


def test_every_path_of_the_list_names_a_file() -> None:
    files = tracked([])
    for one in {one for entry in OURS.entries for one in entry.checked}:
        assert any(vocabulary.fnmatch(path, one) for path in files), one


def test_the_tree_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0, capsys.readouterr().out


def test_a_folder_can_be_checked_although_the_list_leaves_it_out(tmp_path, monkeypatch) -> None:
    (tmp_path / "a.py").write_text("told = 1")
    monkeypatch.setattr(vocabulary, "ROOT", tmp_path)
    monkeypatch.setattr(vocabulary, "tracked", lambda paths: ["a.py"] if "a.py" in paths else [])
    assert main(["a.py"]) == 1
