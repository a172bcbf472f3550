"""Compiled kernels that an image holds are used where nothing can be written beside them."""

from __future__ import annotations

from pathlib import Path

import numba
import pytest

from headwater_server.models import kernel_cache


@pytest.fixture
def folders(tmp_path, monkeypatch) -> tuple[Path, Path]:
    """Where the image has them, of which nothing can be written, and where the user's cache is."""
    image, home = tmp_path / "image", tmp_path / "home"
    monkeypatch.setattr(numba.config, "CACHE_DIR", numba.config.CACHE_DIR)  # put back afterwards
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(image))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    is_writable = kernel_cache._is_writable
    monkeypatch.setattr(
        kernel_cache,
        "_is_writable",
        lambda folder: image not in folder.parents and is_writable(folder),
    )
    return image, home / "headwater" / "kernels"


def compiled(base: Path, sources: str) -> Path:
    kernel = base / sources / "models_1a2b" / "walk.step-7.py311.nbi"
    kernel.parent.mkdir(parents=True)
    kernel.write_bytes(b"compiled in the image")
    return kernel


def test_they_are_copied_to_where_numba_may_write(folders) -> None:
    image, home = folders
    sources = kernel_cache._sources_digest()
    kernel = compiled(image, sources)
    compiled(image, "of-another-build")
    for _ in range(2):  # a second process finds them there
        kernel_cache.use()
        assert str(home / sources) == numba.config.CACHE_DIR
        copied = [path for path in home.rglob("*") if path.is_file()]
        assert [path.relative_to(home) for path in copied] == [kernel.relative_to(image)]
        assert copied[0].read_bytes() == b"compiled in the image"
        copied[0].chmod(0o600)


def test_what_was_compiled_here_is_not_replaced(folders) -> None:
    image, home = folders
    sources = kernel_cache._sources_digest()
    kernel = compiled(image, sources)
    own = home / kernel.relative_to(image)
    own.parent.mkdir(parents=True)
    own.write_bytes(b"compiled here, for this processor")
    kernel_cache.use()
    assert own.read_bytes() == b"compiled here, for this processor"
