"""The client's names are imported when they are used; the stubs alone load none of it."""

from __future__ import annotations

import subprocess
import sys

import headwater


def test_every_public_name_is_found_and_no_other() -> None:
    homes = [name for names in headwater._HOMES.values() for name in names]
    assert sorted(homes) == sorted(headwater.__all__) == sorted(dir(headwater))
    assert all(getattr(headwater, name).__name__ == name for name in headwater.__all__)
    assert not hasattr(headwater, "Server")


def test_the_stubs_load_no_client() -> None:
    program = "import sys, headwater.v1; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    loaded = [name for name in run.stdout.split() if name.startswith("headwater.")]
    assert loaded
    assert all(name.startswith("headwater.v1") for name in loaded)
