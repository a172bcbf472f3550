"""`python -m benchmarks.reading`: CPU seconds and growth of the process for a million rows.

Each reading is a process of its own: it reads, checks and sorts the file as `headwater import
--check` does, and counts its own CPU time and the growth of its peak memory from then on.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.reading.files import write_native, write_rees46
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_asked
from headwater_server.reading.asked import Asked
from headwater_server.reading.session import Session

BAR_CPU_S = 2.0
FORMS = {"native": write_native, "rees46": write_rees46}


def main(
    rows: Annotated[int, typer.Option(min=1000, help="rows of each file")] = 1_000_000,
    rounds: Annotated[int, typer.Option(min=1, help="readings of each file, in turns")] = 3,
    data: Annotated[Path, typer.Option(help="folder of real events")] = Path("../shared/data"),
    one: Annotated[Path | None, typer.Option(hidden=True)] = None,
) -> None:
    """Measure what reading a large file costs."""
    if one:
        print(json.dumps(measured(one)))
        return
    events = data / "bol_serenade" / "events.csv.gz"
    with tempfile.TemporaryDirectory(prefix="headwater-reading-") as folder:
        paths = {name: Path(folder, f"{name}.csv") for name in FORMS}
        for name, write in FORMS.items():
            write(events, paths[name], rows)
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in FORMS}
        for _ in range(rounds):
            for name, path in paths.items():
                taken[name].append(_in_a_child(path))
        for name, path in paths.items():
            _say(name, path.stat().st_size, rows, taken[name])


def measured(path: Path) -> dict[str, float]:
    """Return what reading a file costs this process."""
    with Session():  # the library is loaded before, as its size is no row's
        pass
    before_mib, before_s = _peak_mib(), time.process_time()
    history = read_asked(Asked((path,)), EngineSettings())
    cpu_s = time.process_time() - before_s
    return {"rows": len(history.events), "cpu_s": cpu_s, "growth_mib": _peak_mib() - before_mib}


def _in_a_child(path: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.reading", "--one", str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _say(name: str, size: int, rows: int, taken: list[dict[str, float]]) -> None:
    cpu_s = statistics.median(one["cpu_s"] for one in taken)
    growth = statistics.median(one["growth_mib"] for one in taken)
    verdict = "within" if cpu_s <= BAR_CPU_S * rows / 1_000_000 else "misses"
    print(
        f"{name}: {taken[0]['rows']:,} events of {size / 2**20:.0f} MiB: {cpu_s:.2f} CPU s "
        f"(from {min(o['cpu_s'] for o in taken):.2f} to {max(o['cpu_s'] for o in taken):.2f}), "
        f"the process grows by {growth:.0f} MiB; {verdict} the bar of {BAR_CPU_S} CPU s a million"
    )


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    typer.run(main)
