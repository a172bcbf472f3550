"""The figures as a Markdown page."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.quality.coldstart import COLUMNS
from benchmarks.quality.contestants import HEADWATER
from benchmarks.quality.measure import Measured, Row
from benchmarks.quality.sets import DataSet, Skipped
from headwater_server.evaluation.report import versions
from headwater_server.evaluation.strangers import CHUNK_EVENTS

FIGURES = ("hit_rate_at_20", "ndcg_at_20", "mrr_at_20")
RATE = FIGURES[0]


@dataclass(frozen=True)
class Found:
    """All contestants on one set."""

    data: DataSet
    measured: list[Measured]

    def one(self, name: str) -> Measured | None:
        """Return the figures of one contestant, if it was measured."""
        return next((m for m in self.measured if m.contestant == name), None)

    def best(self, figure: str, *, strengthened: bool = False) -> Measured | None:
        """Return the best peer by one figure; None without peers. ``strengthened`` adds those."""
        peers = [m for m in self.measured if m.contestant != HEADWATER]
        peers = [m for m in peers if strengthened or not m.strengthened]
        return max(peers, key=lambda m: m.total[figure] or 0.0, default=None)

    def ratio(self, figure: str, *, strengthened: bool = False) -> float | None:
        """Return Headwater's figure as a multiple of the best peer's; None if either lacks."""
        mine, best = self.one(HEADWATER), self.best(figure, strengthened=strengthened)
        if not mine or not best or not best.total[figure]:
            return None
        return (mine.total[figure] or 0.0) / (best.total[figure] or 1.0)


def page(found: Sequence[Found], skipped: Sequence[Skipped], command: str) -> str:
    """Return the whole page: a summary, then each set with its three tables, then the settings."""
    of = versions()
    named = ", ".join(f"{name} {of[name]}" for name in ("python", "river", "numpy", "machine"))
    parts = [f"    {command}", f"Versions: {named} ({platform.system()}).", _summary(found)]
    for one in found:
        data = one.data
        about = f"{data.counts}; `--repeats {data.repeats}` ({data.chosen_by})."
        parts += [f"### {data.name}", about, _totals(one), _cold(one), _tenths(one)]
    parts += [f"- {skip.name}: not measured, {skip.reason}" for skip in skipped]
    return "\n\n".join([*parts, _settings(found)]) + "\n"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table.

    >>> print(markdown(["", "a"], [["x", "1"]]))
    | | a |
    | --- | --- |
    | x | 1 |
    """
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines).replace("|  |", "| |")


def _summary(found: Sequence[Found]) -> str:
    header = ["set", *FIGURES, "best peer by hit rate"]
    rows = []
    for one in found:
        for strengthened in (False, True):
            best = one.best(RATE, strengthened=strengthened)
            ratios = _ratios(one, strengthened=strengthened)
            rows.append([one.data.name, *ratios, best.contestant if best else ""])
    return (
        f"{HEADWATER}'s figures divided by those of the best peer; the second line of each set "
        "includes the peers with our additions:\n\n" + markdown(header, rows)
    )


def _totals(one: Found) -> str:
    header = ["", *FIGURES, "events/s", "training, CPU s"]
    rows = []
    for m in one.measured:
        speed = f"{m.events_per_second:,.0f}" + ("°" if m.cached else "")
        training = f"{m.training_cpu_s:,.0f}" if m.training_cpu_s else ""
        rows.append([_name(m), *(_figure(m.total, f) for f in FIGURES), speed, training])
    rows.append([f"{HEADWATER} / best peer", *_ratios(one), "", ""])
    rows.append([f"{HEADWATER} / best, with additions", *_ratios(one, strengthened=True), "", ""])
    counted = one.measured[0].total["events"]
    earlier = "; ° kept from an earlier run" if any(m.cached for m in one.measured) else ""
    return (
        f"{counted:,} events counted (events/s: requests and learning with all trainings, one core"
        f"{earlier}).\n\n" + markdown(header, rows)
    )


def _cold(one: Found) -> str:
    first = one.measured[0].cold
    asked = one.measured[0].strangers["events"]
    header = [
        "cold start: hit rate at 20",
        f"strangers, asked before {CHUNK_EVENTS:,} events ({asked:,})",
        *(f"{c} ({first[c]['events']:,})" for c in COLUMNS),
    ]
    rows = [
        [_name(m), _figure(m.strangers, RATE), *(_figure(m.cold[c], RATE) for c in COLUMNS)]
        for m in one.measured
    ]
    return markdown(header, rows)


def _tenths(one: Found) -> str:
    tenths = range(1, len(one.measured[0].by_tenth))  # the first is learned and not counted
    header = ["hit rate at 20, by tenth of the stream", *(str(n + 1) for n in tenths)]
    rows = [[_name(m), *(_figure(m.by_tenth[n], RATE, 3) for n in tenths)] for m in one.measured]
    return markdown(header, rows)


def _settings(found: Sequence[Found]) -> str:
    settings = {m.contestant: m.settings for one in found for m in one.measured}
    return "\n".join(
        ["Settings:", "", *(f"- **{name}**: {text}" for name, text in settings.items())]
    )


def _name(measured: Measured) -> str:
    return f"**{HEADWATER}**" if measured.contestant == HEADWATER else measured.contestant


def _figure(row: Row, figure: str, digits: int = 4) -> str:
    value = row[figure]
    return "-" if value is None else f"{value:.{digits}f}"


def _ratios(one: Found, *, strengthened: bool = False) -> list[str]:
    return [_times(one.ratio(figure, strengthened=strengthened)) for figure in FIGURES]


def _times(ratio: float | None) -> str:
    return "-" if ratio is None else f"**{ratio:.2f}**"
