"""The hit rate by tenth of the stream, a panel for each set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib import colormaps
from matplotlib.figure import Figure

from benchmarks.quality.contestants import HEADWATER
from benchmarks.quality.pages import RATE, Found

COLOURS = colormaps["tab20"](range(20))  # ten, as by default, would give two contestants the same


def plot(found: Sequence[Found], path: Path) -> None:
    """Write the picture as PNG."""
    figure = Figure(figsize=(5.0 * len(found), 4.5), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for panel, one in zip(panels, found, strict=True):
        panel.set_prop_cycle(color=COLOURS)
        for measured in one.measured:
            rates = [row[RATE] for row in measured.by_tenth[1:]]
            own = measured.contestant == HEADWATER
            width = 3.0 if own else 1.2
            panel.plot(range(2, 11), rates, label=measured.contestant, linewidth=width)
        panel.set(title=one.data.name, xlabel="tenth of the stream", ylabel="hit rate at 20")
        panel.set_ylim(bottom=0.0)
        panel.grid(visible=True, alpha=0.3)
    lines, names = panels[0].get_legend_handles_labels()
    figure.legend(lines, names, loc="outside lower center", ncols=4, fontsize="small")
    figure.savefig(path)
