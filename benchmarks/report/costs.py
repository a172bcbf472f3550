"""Writes the costs of `headwater plan` from what the parts of the benchmark measured.

python -m benchmarks.report.costs [--measured build/bench] [--into service/…/costs.json]

A cost whose part was not measured stays as it is, with its own commit and date. With the file of
the package, the table of docs/scale.md is written again, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from benchmarks.parts.part import at
from benchmarks.report import scale_page
from headwater_server.planning import costs as planning

MEASURED = Path("build/bench")
FILE = Path(planning.__file__).with_name(planning.FILE)
SERVER = "headwater"
Figures = dict[str, Any]


def _cpu_us(case: str, events: int = 1) -> Callable[[Figures], float | None]:
    def read(figures: Figures) -> float | None:
        found = at(figures, "rates", case, SERVER, "cpu_us")
        return None if found is None else found / events

    return read


def _store_us(figures: Figures) -> float | None:
    return at(figures, "rates", "Feedback of 1, 64 in flight", SERVER, "store_cpu_us")  # type: ignore[no-any-return]


def _figure(*path: str) -> Callable[[Figures], float | None]:
    return lambda figures: at(figures, *path)


def _ranker_share(figures: Figures) -> float:
    each, sparse = figures["learn_us"], figures["learn_us with ranker_every 4"]
    return float(max(0.01, 1 - sparse / each))


READ: dict[str, tuple[str, Callable[[Figures], float | None]]] = {
    "recommend_us": ("calls", _cpu_us("Recommend, 16 in flight")),
    "feedback_one_us": ("calls", _cpu_us("Feedback of 1, 64 in flight")),
    "feedback_many_us": ("calls", _cpu_us("Feedback of 100, 4 in flight", 100)),
    "store_us": ("calls", _store_us),
    "learn_us": ("planning", _figure("learn_us")),
    "ranker_share": ("planning", _ranker_share),
    "log_one_bytes": ("planning", _figure("log_one_bytes")),
    "log_many_bytes": ("planning", _figure("log_many_bytes")),
    "archive_bytes": ("planning", _figure("archive_bytes")),
    "item_bytes": ("memory", _figure("bytes", "item")),
    "visitor_bytes": ("memory", _figure("bytes", "visitor")),
    "pair_bytes": ("memory", _figure("bytes", "pair")),
    "event_id_bytes": ("memory", _figure("bytes", "event id")),
}
"""Cost: the part that measures it, and where its figure is. The others are kept by hand."""


def updated(table: dict[str, Any], measured: Path) -> list[str]:
    """Change the costs of ``table`` whose part is in ``measured``; return their names."""
    changed = []
    for name, (part, read) in READ.items():
        file = measured / f"{part}.json"
        if not file.exists():
            continue
        kept = json.loads(file.read_text("utf-8"))
        value = read(kept["figures"])
        if value is None:
            raise SystemExit(f"{file} has no figure for {name}: measure the part again")
        table["costs"][name] = {
            "value": round(float(value), 3 if name.endswith("_share") else 1),
            "part": part,
            "commit": kept["commit"],
            "date": kept["time"][:10],
        }
        changed.append(name)
    return changed


def main(
    measured: Annotated[Path, typer.Option(help="folder of the parts' figures")] = MEASURED,
    into: Annotated[Path, typer.Option(help="the file of costs to change")] = FILE,
) -> None:
    """Write the measured costs into the file of `headwater plan`."""
    table = json.loads(into.read_text("utf-8"))
    changed = updated(table, measured)
    into.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    if into == FILE:
        scale_page.write()
    print(f"{into}: {', '.join(changed) or 'nothing was measured'}")


if __name__ == "__main__":
    typer.run(main)
