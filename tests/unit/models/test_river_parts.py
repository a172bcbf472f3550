"""River's estimators are loaded without their packages, and are the same classes as from them."""

from __future__ import annotations

import subprocess
import sys

from river import preprocessing, reco

from headwater_server.models import river_parts

SLOW = {
    "scipy.stats",
    "scipy.io",
    "scipy.linalg",
    "sklearn",
    "river.drift",
    "river.preprocessing",
    "river.optim",
}


def test_they_are_those_of_the_packages():
    assert river_parts.StandardScaler is preprocessing.StandardScaler
    assert river_parts.Ranker is reco.base.Ranker


def test_a_server_loads_none_of_what_the_packages_need():
    program = "import sys, headwater_server.app; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert not SLOW & set(run.stdout.split())
