"""The parts of `make release` that need no package to be built."""

from __future__ import annotations

import doctest
import hashlib
import subprocess
from types import SimpleNamespace

import pytest

from scripts.release import __main__ as release
from scripts.release import links, stamp, tree
from scripts.release.contents import write_checksums
from scripts.release.stamp import ROOT, disagreeing, version_of
from scripts.site import links as site_links


def test_the_examples_in_the_docstrings_hold():
    assert not any(doctest.testmod(module).failed for module in (links, stamp, site_links))


def test_without_a_tool_it_says_what_would_be_left_out_and_stops(monkeypatch, capsys):
    monkeypatch.setattr(release.shutil, "which", lambda tool: None if tool == "mvn" else tool)
    monkeypatch.delenv("ALLOW_MISSING", raising=False)
    with pytest.raises(SystemExit, match="ALLOW_MISSING=1"):
        release.missing_tools()
    left_out = "left out, since there is no mvn on the PATH: Java: jar and sources"
    assert left_out in capsys.readouterr().out
    monkeypatch.setenv("ALLOW_MISSING", "1")
    assert release.missing_tools() == {"mvn"}


def test_what_is_not_committed_is_not_released(monkeypatch):
    monkeypatch.setattr(tree, "run", lambda *_: " M README.md\n")
    with pytest.raises(SystemExit, match=r"README.md\nrelease: commit this first"):
        tree.refuse_uncommitted()


def test_the_copy_has_the_version_and_the_checkout_keeps_its_own(tmp_path):
    if subprocess.run(["git", "rev-parse"], cwd=ROOT, check=False, capture_output=True).returncode:
        pytest.skip("no checkout of git")
    before = version_of(ROOT)
    copy = tree.staged(tmp_path, "7.8.9")
    assert (version_of(copy), disagreeing(copy), version_of(ROOT)) == ("7.8.9", [], before)
    assert "/blob/v7.8.9/docs/" in (copy / "README.md").read_text()
    assert not (copy / ".venv").exists()


def test_checksums_are_as_sha256sum_reads_them(tmp_path):
    (tmp_path / "b.whl").write_bytes(b"b")
    (tmp_path / "a.whl").write_bytes(b"a")
    write_checksums(tmp_path)
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    assert lines == [
        f"{hashlib.sha256(name).hexdigest()}  {name.decode()}.whl" for name in (b"a", b"b")
    ]


def test_a_program_that_fails_ends_the_release_with_its_output(tmp_path):
    command = ["sh", "-c", "echo said; echo why >&2; exit 3"]
    with pytest.raises(SystemExit, match=r"said\nwhy\n\nrelease: failed: sh -c"):
        release.run(command, tmp_path)


def test_a_server_that_does_not_start_ends_the_release_with_its_log(tmp_path):
    (tmp_path / "serve.log").write_text("no such store")
    dead = SimpleNamespace(poll=lambda: 1)
    with pytest.raises(SystemExit, match=r"no such store\nrelease: the server is not ready"):
        release.trying._address(dead, tmp_path / "serve.log")
