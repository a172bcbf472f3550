"""The Go and Java stubs are made by pinned tools, which fit the runtimes that the clients name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scripts.generate import StaleStubsError, check
from scripts.generate_clients import GRPC_JAVA_VERSION, LANGUAGES, PROTOC_VERSION, found

CLIENTS = Path(__file__).parents[3] / "clients"


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def test_javas_runtimes_are_not_older_than_what_made_its_stubs() -> None:
    pom = (CLIENTS / "java" / "pom.xml").read_text()
    named = dict(re.findall(r"<(\w+)\.version>([\d.]+)</", pom))
    assert numbers(named["protobuf"]) >= numbers(PROTOC_VERSION)
    assert numbers(named["grpc"]) >= numbers(GRPC_JAVA_VERSION)


def test_gos_runtime_and_its_plugin_are_of_one_release() -> None:
    pinned = r"google\.golang\.org/protobuf v([\d.]+)"
    versions = {
        re.search(pinned, (CLIENTS / "go" / name).read_text())[1]
        for name in ("go.mod", "tools.mod")
    }
    assert len(versions) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_names_a_stale_stub(language: str) -> None:
    tree, pattern, _ = LANGUAGES[language]
    stubs = found(tree, pattern)
    path = next(iter(stubs))
    with pytest.raises(StaleStubsError, match=path.stem):
        check(tree, {**stubs, path: b"other"}, stubs)
