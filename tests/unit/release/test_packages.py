"""What the packages say of themselves, without building them; `make release` builds and tries."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import tomllib
from pathlib import Path, PurePath

import pytest

from scripts.release.links import READMES, absolute, relative_targets
from scripts.release.stamp import (
    PLACES,
    ROOT,
    disagreeing,
    semantic,
    stamp_url,
    stamp_version,
    url_of,
    version_of,
)

APACHE_2_0 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"
PYTHON = ("pyproject.toml", "clients/python/pyproject.toml")
NPM = ("clients/typescript", "web/console", "web/shop")


def project(path: str) -> dict:
    return tomllib.loads((ROOT / path).read_text())["project"]


def npm(folder: str, name: str = "package.json") -> dict:
    return json.loads((ROOT / folder / name).read_text())


def tracked(folder: str) -> list[PurePath]:
    command = ["git", "ls-files", "-z", "."]
    done = subprocess.run(command, cwd=ROOT / folder, check=False, capture_output=True, text=True)
    if done.returncode:
        pytest.skip("no checkout of git: there is no list of files to compare with")
    return [PurePath(name) for name in done.stdout.split("\0") if name]


@pytest.mark.parametrize("folder", ["", "clients/python", "clients/typescript"])
def test_the_licence_stands_where_a_package_is_built(folder):
    text = (ROOT / folder / "LICENSE").read_bytes()
    assert hashlib.sha256(text).hexdigest() == APACHE_2_0


@pytest.mark.parametrize("path", PYTHON)
def test_a_python_package_names_licence_authors_and_address(path):
    found = project(path)
    assert found["license"] == "Apache-2.0"
    assert found["authors"] == [{"name": "The Headwater authors"}]
    assert all(url.startswith(url_of(ROOT)) for url in found["urls"].values())
    assert not [name for name in found["classifiers"] if name.startswith("License")]  # PEP 639
    folder = (ROOT / path).parent
    assert all(list(folder.glob(pattern)) for pattern in found["license-files"])


@pytest.mark.parametrize("folder", NPM)
def test_an_npm_package_names_licence_and_authors(folder):
    found = npm(folder)
    assert (found["license"], found["author"]) == ("Apache-2.0", "The Headwater authors")
    assert found.get("private", False) == (folder != "clients/typescript")


def test_the_npm_package_holds_what_it_needs_and_builds_itself():
    found = npm("clients/typescript")
    assert found["repository"]["url"] == f"git+{url_of(ROOT)}.git"
    assert found["scripts"]["prepack"] == "npm run build"
    assert set(found["files"]) == {"dist", "src", "LICENSE", "NOTICE", "licenses"}


def test_the_server_holds_every_file_that_is_not_python():
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = data["package-data"]["headwater_server"]
    files = tracked("service/headwater_server")
    others = [path for path in files if path.suffix != ".py" and path.name[0] != "."]
    lost = [path for path in others if not any(held(path, pattern) for pattern in patterns)]
    assert others
    assert not lost


def held(path: PurePath, pattern: str) -> bool:
    """`**` at the end is what lies below a folder; before a name it is any folder."""
    folder, below, _ = pattern.partition("/**")
    if below:
        return path.is_relative_to(folder)
    return path.match(pattern.removeprefix("**/"))


def test_the_notice_names_what_is_in_the_built_pages_with_its_version():
    notice = (ROOT / "NOTICE").read_text().lower()
    for name, version in npm("web/console")["dependencies"].items():
        assert f"{name} {version}" in notice
    for name, version in npm("clients/typescript")["dependencies"].items():
        assert f"{name} {version}" in notice or name.endswith("connect-node")  # of no page
    for path in re.findall(r"licenses/\S+\.txt", notice):
        assert path in {p.relative_to(ROOT).as_posix().lower() for p in ROOT.glob("licenses/*")}


def test_all_packages_have_one_version():
    assert disagreeing(ROOT) == []


def test_a_version_is_stamped_into_all_packages(tmp_path):
    for path in {place.path for place in PLACES}:
        copy(path, tmp_path)
    stamp_version(tmp_path, "7.8.9rc2")
    assert (version_of(tmp_path), disagreeing(tmp_path)) == ("7.8.9rc2", [])
    text = (tmp_path / "clients/typescript/package-lock.json").read_text()
    assert text.count("7.8.9-rc.2") == 2
    assert "headwater==7.8.9rc2" in (tmp_path / "pyproject.toml").read_text()


def test_an_address_is_stamped_into_all_packages(tmp_path):
    for path in {place.path for place in PLACES}:
        copy(path, tmp_path)
    stamp_url(tmp_path, "https://git.example/shop/headwater/")
    assert url_of(tmp_path) == "https://git.example/shop/headwater"
    for path in (*PYTHON, "clients/typescript/package.json"):
        text = (tmp_path / path).read_text()
        assert "git.example/shop/headwater" in text
        assert url_of(ROOT) not in text


def copy(path: str, to: Path) -> None:
    (to / path).parent.mkdir(parents=True, exist_ok=True)
    (to / path).write_text((ROOT / path).read_text())


@pytest.mark.parametrize("wrong", ["1.2", "v1.2.3", "1.2.3-rc.1", ""])
def test_what_is_no_version_is_refused(wrong):
    with pytest.raises(SystemExit, match="is no version"):
        semantic(wrong)


@pytest.mark.parametrize("path", READMES)
def test_the_links_of_a_readme_lead_into_the_tree_and_are_absolute_in_a_package(path):
    text = (ROOT / path).read_text()
    missing = [target for target in relative_targets(text, path) if not (ROOT / target).exists()]
    assert missing == []
    published = absolute(text, path, "https://host/project", "v1")
    assert relative_targets(published, path) == []
