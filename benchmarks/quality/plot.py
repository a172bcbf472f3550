"""The hit rate by tenth of the stream, a panel for each set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.quality.contestants import HEADWATER
from benchmarks.quality.pages import RATE, Found


def plot(found: Sequence[Found], path: Path) -> None:
    """Write the picture as PNG."""
    figure = Figure(figsize=(5.0 * len(found), 4.5), layout="constrained")
    panels = figure.subplots(1, len(found), squeeze=False)[0]
    for panel, one in zip(panels, found, strict=True):
        for measured in one.measured:
            rates = [row[RATE] for row in measured.by_tenth[1:]]
            own = measured.contestant == HEADWATER
            panel.plot(range(2, 11), rates, label=measured.contestant, linewidth=3 if own else 1.2)
        panel.set(title=one.data.name, xlabel="tenth of the stream", ylabel="hit rate at 20")
        panel.set_ylim(bottom=0.0)
        panel.grid(visible=True, alpha=0.3)
    panels[0].legend(fontsize="small")
    figure.savefig(path)
