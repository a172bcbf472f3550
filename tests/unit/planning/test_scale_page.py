"""docs/scale.md says what `headwater plan` says."""

from __future__ import annotations

import pytest

from benchmarks.report.scale_page import PAGE, SHOPS, row


@pytest.mark.parametrize("shop", SHOPS)
def test_each_row_of_the_page_is_what_the_plan_says(shop):
    """After a change of the costs, `python -m benchmarks.report.costs` writes the rows again."""
    assert row(*shop) in PAGE.read_text().splitlines()


def test_the_page_covers_every_stage():
    stages = {row(*shop).split("|")[4].strip()[0] for shop in SHOPS}
    assert stages == {"A", "B", "C", "D"}
