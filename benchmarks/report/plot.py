"""The gates as bars: how much of each is reached."""

from __future__ import annotations

from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.report.gates import GATES, Figures, Gate
from benchmarks.report.tables import shown

REACHED_MAX = 2.0
COLOURS = {"goal": "tab:green", "gate": "tab:olive", "missed": "tab:red"}


def plot(figures: Figures, path: Path) -> None:
    """Write the picture as PNG: 1 is the gate, the tick is the goal."""
    gates = [gate for gate in GATES if gate.found(figures) is not None][::-1]
    figure = Figure(figsize=(11.0, 1.5 + 0.45 * len(gates)), layout="constrained")
    panel = figure.subplots()
    for place, gate in enumerate(gates):
        value = gate.found(figures)
        reached = _reached(gate, value or 0.0)
        panel.barh(place, min(reached, REACHED_MAX), color=COLOURS[gate.verdict(figures)])
        panel.plot([_reached(gate, gate.goal)] * 2, [place - 0.4, place + 0.4], color="black")
        panel.text(0.02, place, shown(value, gate.unit), va="center", fontsize="small")
    panel.axvline(1.0, color="black", linewidth=0.8, linestyle="--")
    panel.set_yticks(range(len(gates)), [gate.measure for gate in gates], fontsize="small")
    panel.set(xlabel="of the gate (the black tick is the goal)", xlim=(0.0, REACHED_MAX))
    figure.savefig(path)


def _reached(gate: Gate, value: float) -> float:
    """Return 1 at the gate, more if it is better."""
    return gate.gate / max(value, 1e-9) if gate.is_most else value / gate.gate
