"""An evaluation of a log, from the first pass to the report."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from headwater_server.engine.policies.policy import BASELINES, Policy
from headwater_server.evaluation.asking.about import about, nothing_shown
from headwater_server.evaluation.asking.asked import LogAsked
from headwater_server.evaluation.asking.checking import Check
from headwater_server.evaluation.asking.first_pass import collected
from headwater_server.evaluation.asking.own_engine import PolicyRefused
from headwater_server.evaluation.asking.results import comparisons
from headwater_server.evaluation.asking.second_pass import replay, replay_own
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.asking.start import find_start
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.comparing.compare import CHAMPION, Ask, Comparison
from headwater_server.evaluation.reports.as_json import as_dict
from headwater_server.evaluation.shown.arrays import metrics_of


class NothingShown(Exception):
    """The span has no answer that can be asked again; the text says why, and what to do."""


class Bar(Protocol):
    """Shows how far a pass is."""

    def at(self, done: int, remark: str = "") -> None:
        """Show that ``done`` entries are done."""


Bars = Callable[[str, int], AbstractContextManager[Bar]]
Choose = Callable[[Mapping[str, Policy]], Sequence[Wanted]]


@dataclass(frozen=True)
class Evaluated:
    """The report as plain values, and whether the check allowed estimates."""

    report: dict[str, Any]
    is_checked: bool


async def evaluate(source: Source, asked: LogAsked, choose: Choose, bars: Bars) -> Evaluated:
    """Return the report on the policies that ``choose`` returns for those on the log.

    Raises `NoStart`, `NothingShown`, `PolicyRefused`, and the errors of the log.
    """
    start, engine = await find_start(source, asked.span)
    head = await source.log.head()
    with bars("read", head.sequence) as bar:
        args = asked.span, asked.window_minutes, asked.placement
        found = await collected(start, engine, *args, bar.at)
    wanted = choose(found.policies)
    for one in wanted:
        if problem := one.lacks(found.settings):
            raise PolicyRefused(f"policy {one.name}: {problem}")
    if not found.packed:
        raise NothingShown(nothing_shown(found, asked.placement, head))
    check = Check() if asked.check else None
    policies: dict[str, Policy | None] = {CHAMPION: None}
    policies |= {one.name: one.policy for one in wanted if not one.state}
    policies |= {name: Policy(name) for name in BASELINES}
    with bars("replay", found.until.sequence) as bar:
        replayed = await replay(
            start, engine, found, policies, check, bar.at, first_slot=asked.first_slot
        )
    del engine
    tables, passes = dict(replayed.tables), check is None or check.passes
    for one in wanted if passes else ():
        if one.state:
            with bars(f"replay {one.name}", found.until.sequence) as bar:
                tables[one.name] = await replay_own(
                    start, found, one, asked.warm_days, bar.at, first_slot=asked.first_slot
                )
    ordered = {name: tables[name] for name in _order(wanted, tables)}
    top = about(source, asked, wanted, found, start, replayed, ordered, check)
    figures = _figures(found.packed, ordered, asked) if passes else {}
    return Evaluated(as_dict(top, figures), passes)


def _order(wanted: Sequence[Wanted], tables: Mapping[str, ChanceTable]) -> list[str]:
    """Return the champion, what was asked about, the baselines."""
    return list(dict.fromkeys([CHAMPION, *(one.name for one in wanted), *tables]))


def _figures(
    answers: Sequence[Any], tables: Mapping[str, ChanceTable], asked: LogAsked
) -> dict[str, list[Comparison]]:
    return {
        metric: comparisons(
            answers,
            tables,
            Ask(metric, asked.level, always_valid=asked.always_valid),
            first_slot=asked.first_slot,
        )
        for metric in metrics_of(answers, asked.metric)
    }
