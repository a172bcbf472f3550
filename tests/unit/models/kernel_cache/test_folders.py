"""Compiled kernels that an image holds are used where nothing can be written beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater_server.models.kernel_cache import folders

DIGEST, OTHER = "5a" * 16, "6b" * 16


@pytest.fixture
def image_and_home(tmp_path, monkeypatch) -> tuple[Path, Path]:
    """Where the image has them, of which nothing can be written, and where the user's cache is."""
    image, home = tmp_path / "image", tmp_path / "home"
    image.mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(image))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    is_writable = folders._is_writable
    monkeypatch.setattr(
        folders, "_is_writable", lambda folder: folder != image and is_writable(folder)
    )
    cached = (folders.folder, folders._present, folders._elsewhere)
    for function in cached:
        function.cache_clear()
    yield image, home / "headwater" / "kernels"
    for function in cached:
        function.cache_clear()


def compile_into(folder: Path, digest: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"walk.step-{digest}.py311.{suffix}" for suffix in ("1.nbc", "nbi")]
    for file in files:
        file.write_bytes(f"compiled in {folder}".encode())
    return files


def test_a_kernel_is_copied_to_where_numba_may_write(image_and_home) -> None:
    image, home = image_and_home
    files = compile_into(image, DIGEST)
    compile_into(image, OTHER)
    assert folders.folder() == home
    folders.fetch(DIGEST)
    assert sorted(home.iterdir()) == [home / file.name for file in files]
    assert all((home / file.name).read_bytes() == file.read_bytes() for file in files)
    assert folders.kernels_in(home) == {DIGEST}


def test_what_was_compiled_here_is_not_replaced(image_and_home) -> None:
    image, home = image_and_home
    compile_into(image, DIGEST)
    (own, _) = compile_into(home, DIGEST)
    folders.fetch(DIGEST)
    assert own.read_bytes() == f"compiled in {home}".encode()


def test_a_kernel_that_nobody_has_is_left_to_numba(image_and_home) -> None:
    _, home = image_and_home
    folders.fetch(DIGEST)
    assert not folders.kernels_in(home)
