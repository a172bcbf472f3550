"""The Go and Java stubs are made by pinned tools, which fit the runtimes that the clients name."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from scripts.generate import StaleStubsError, check
from scripts.generate_clients import GO, found, go_module
from scripts.rename_go_module import rename

ROOT = Path(__file__).parents[3]
POM = (ROOT / "clients" / "java" / "pom.xml").read_text()


def numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


@pytest.mark.parametrize(("tool", "runtime"), [("protoc", "protobuf"), ("grpc.plugin", "grpc")])
def test_javas_runtimes_are_not_older_than_what_makes_its_stubs(tool: str, runtime: str) -> None:
    named = dict(re.findall(r"<([\w.]+)\.version>([\d.]+)</", POM))
    assert numbers(named[runtime]) >= numbers(named[tool])


def test_the_java_readme_names_the_group_and_version_of_the_pom() -> None:
    coordinates = re.search(
        r"<groupId>\S+</groupId>\s*<artifactId>headwater</artifactId>\s*<version>\S+</version>", POM
    )[0]
    readme = (ROOT / "clients" / "java" / "README.md").read_text()
    assert "".join(coordinates.split()) in "".join(readme.split())


def test_gos_runtime_and_its_plugin_are_of_one_release() -> None:
    pinned = r"google\.golang\.org/protobuf v([\d.]+)"
    versions = {re.search(pinned, (GO / name).read_text())[1] for name in ("go.mod", "tools.mod")}
    assert len(versions) == 1


def test_the_check_names_a_stale_stub() -> None:
    stubs = found(GO)
    path = next(iter(stubs))
    with pytest.raises(StaleStubsError, match=path.stem):
        check(GO, {**stubs, path: b"other"}, stubs)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("clients/go", "protos/headwater"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("build"))
    return tmp_path


def test_one_command_changes_gos_module_path_wherever_it_is_repeated(tree: Path) -> None:
    old, new = go_module(), "git.example.org/shop/recommendations"
    assert rename(tree, new)
    assert go_module(tree / "clients" / "go") == new
    left = [
        path.name
        for path in tree.rglob("*")
        if path.is_file() and not path.name.endswith(".pb.go") and old.encode() in path.read_bytes()
    ]
    assert left == []
    assert rename(tree, new) == []


def test_what_is_no_module_path_is_refused(tree: Path) -> None:
    with pytest.raises(SystemExit, match="not a module path"):
        rename(tree, "two words")
