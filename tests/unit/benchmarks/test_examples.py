"""The examples in the docstrings of `benchmarks/quality` run as they stand."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ("cache", "coldstart", "pages", "peers.numbering", "peers.popularity", "peers.vmis_knn")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_hold(name):
    found = doctest.testmod(importlib.import_module(f"benchmarks.quality.{name}"))
    assert found.attempted
    assert not found.failed
