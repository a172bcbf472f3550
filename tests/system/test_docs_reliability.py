"""docs/reliability.md names what checks each row; a row whose test is gone is no promise."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.tallies import ROWS

ROOT = Path(__file__).parents[2]
LINES = (ROOT / "docs" / "reliability.md").read_text().splitlines()
FOUND = {int(match[1]): line for line in LINES if (match := re.match(r"\| (\d+) \|", line))}


@pytest.mark.parametrize("row", ROWS)
def test_every_row_is_checked_by_tests_that_exist(row):
    paths = re.findall(r"`(tests/[\w/.]+)", FOUND[row])
    assert paths
    for path in paths:
        assert (ROOT / path).exists(), path
