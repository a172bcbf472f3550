"""`headwater backtest --plot FILE`: a picture, or a page that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater_server.cli.outputs import check_file, new_file, write_text
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.evaluation.beside import Compared

ENDINGS = (".html", ".svg", ".png")


def check_plot(path: Path | None) -> None:
    """Raise `BadSettings` before any work if the plot could not be written."""
    if path is None:
        return
    if path.suffix.lower() not in ENDINGS:
        raise BadSettings(f"--plot {path.name}: the name must end with {', '.join(ENDINGS)}")
    if path.suffix.lower() == ".png" and not find_spec("matplotlib"):
        raise BadSettings(
            f"--plot {path.name}: PNG needs pip install 'headwater-server[lab]'; .html does not"
        )
    check_file("--plot", path)


def write_plot(
    path: Path, compared: Sequence[Compared], figures: dict[str, Any], name: str
) -> None:
    """Write the plot in the format that the file's name asks for."""
    if path.suffix.lower() == ".png":
        _png(compared, path)
        return
    if path.suffix.lower() == ".svg":
        from headwater_server.evaluation.reports.tenths import tenths_plot

        write_text(path, tenths_plot(compared))
        return
    from headwater_server.evaluation.reports.backtest_page import backtest_page

    write_text(path, backtest_page(compared, figures, name))


def _png(compared: Sequence[Compared], path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8.0, 4.5), layout="constrained", dpi=150)
    panel = figure.subplots()
    for one in compared:
        shown = [(n, rate) for n, rate in enumerate(one.by_tenth, 1) if rate is not None]
        (line,) = panel.plot(*zip(*shown, strict=True), marker="o", label=one.name)
        banded = [(n, i) for n, i in enumerate(one.intervals_by_tenth, 1) if i]
        if banded:
            lows, highs = [i.low for _, i in banded], [i.high for _, i in banded]
            numbers = [n for n, _ in banded]
            panel.fill_between(numbers, lows, highs, color=line.get_color(), alpha=0.15)
    panel.set(xlabel="tenth of the events", ylabel="hit rate at 20")
    panel.set_ylim(bottom=0.0)
    panel.grid(visible=True, alpha=0.3)
    panel.legend()
    with new_file(path) as part:
        figure.savefig(part, format="png")
