"""The examples in the docstrings of the benchmarks run as they stand."""

from __future__ import annotations

import doctest
import importlib

import pytest

QUALITY = ("cache", "coldstart", "pages", "peers.vmis_knn")
MODULES = (
    *(f"quality.{name}" for name in QUALITY),
    "parts.part",
    "report.tables",
    "serving.figures",
    "serving.rounds",
    "shops.shape",
    "shops.shop",
    "stages.stopwatch",
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name):
    found = doctest.testmod(importlib.import_module(f"benchmarks.{name}"))
    assert found.attempted
    assert not found.failed
