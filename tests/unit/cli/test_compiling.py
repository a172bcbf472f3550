"""A first start shows how many kernels are compiled; a later one shows nothing."""

from __future__ import annotations

import time

import pytest
from structlog.testing import capture_logs

from headwater_server.cli.compiling import COMPILING, Watch, is_warm, kernels
from headwater_server.engine.warmup import warm_up
from headwater_server.models import kernel_cache
from headwater_server.models.kernel_cache import Progress


def test_a_warm_up_fills_the_cache_with_as_many_kernels_as_the_sources_have():
    warm_up()
    assert is_warm(kernel_cache.progress())
    assert kernel_cache.progress().defined == kernels()


def watch(*looks: Progress) -> Watch:
    """A watch of ten kernels that sees each of ``looks`` once, and the last from then on."""
    left = list(looks)
    return Watch(lambda: left.pop(0) if len(left) > 1 else left[0], 10)


def test_a_cold_start_is_reported_once_the_kernels_are_known():
    with capture_logs() as lines:
        cold = watch(Progress(0, 2), Progress(0, 10), Progress(0, 10), Progress(1, 10))
        give_up = time.monotonic() + 20
        while not lines and time.monotonic() < give_up:
            time.sleep(0.01)
        cold.stop()
    (line,) = lines
    assert (line["event"], line["compiled"], line["of"]) == (COMPILING, 1, 10)
    assert "about a minute" in line["takes"]


def test_a_warm_start_is_not_reported():
    with capture_logs() as lines:
        warm = watch(Progress(9, 10))
        warm._thread.join()
    assert lines == []


@pytest.mark.parametrize("compiled", [0, 9])
def test_ready_stops_the_watch_before_it_is_said(compiled):
    running, said = watch(Progress(compiled, 10)), []
    running.until(lambda *ready: said.append((ready, running._thread.is_alive())))("host:1", "1-0")
    assert said == [(("host:1", "1-0"), False)]
