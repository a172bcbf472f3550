"""A first start shows how many kernels are compiled; a later one shows nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from headwater_server.cli.compiling import COMPILING, Watch, cache_dir, compiled, is_warm, kernels
from headwater_server.engine.warmup import warm_up


def make_files(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()


def test_a_warm_up_fills_the_cache_with_as_many_kernels_as_the_sources_have():
    warm_up()
    assert is_warm(cache_dir(), kernels())
    assert compiled(cache_dir()) <= kernels()


def test_kernels_of_several_checkouts_count_once(tmp_path):
    make_files(tmp_path / "one", "content.a-1.nbi", "content.a.1.nbc", "ranker.b-2.nbi")
    make_files(tmp_path / "other", "content.a-1.nbi", "wire_size.c-3.nbi")
    assert compiled(tmp_path) == 2
    assert compiled(tmp_path / "gone") == 0


def test_a_cold_start_is_reported_and_a_warm_one_is_not(tmp_path):
    with capture_logs() as lines:
        watch = Watch(tmp_path, 10)
        give_up = time.monotonic() + 20
        while not lines and time.monotonic() < give_up:
            time.sleep(0.01)
        watch.stop()
        make_files(tmp_path / "one", *(f"content.k-{n}.nbi" for n in range(10)))
        Watch(tmp_path, 10).stop()
    (line,) = lines
    assert (line["event"], line["compiled"], line["of"]) == (COMPILING, 0, 10)
    assert "40 to 50 seconds" in line["takes"]


@pytest.mark.parametrize("done", [0, 9])
def test_ready_stops_the_watch_before_it_is_said(tmp_path, done):
    make_files(tmp_path / "one", *(f"content.k-{n}.nbi" for n in range(done)))
    watch, said = Watch(tmp_path, 10), []
    watch.until(lambda *ready: said.append((ready, watch._thread.is_alive())))("host:1", "1-0")
    assert said == [(("host:1", "1-0"), False)]
