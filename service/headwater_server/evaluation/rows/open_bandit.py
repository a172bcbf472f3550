"""Rows as the Open Bandit Dataset has them: one item a row, its propensity, a click or none.

Columns: policy, item_id, click, propensity; campaign and position if there are several. The rows
of the policy that is asked about are not used: their mean is the truth to compare with.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from headwater_server.evaluation.comparing.shown import Bools, Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.evaluation.rows.file_rows import FileRows
from headwater_server.evaluation.table import Table, open_table
from headwater_server.inference.checks import Floats
from headwater_server.reading.cells import parse_number
from headwater_server.reading.problems import Problems

REQUIRED = ("policy", "item_id", "click", "propensity")
PSEUDO_ROWS = 0.1
"""Added to each item at each position for a policy that is known by its rows only: an item that it
has not shown yet has a chance, too."""
RANDOM = "random"


@dataclass
class _Columns:
    policies: list[str] = field(default_factory=list)
    campaigns: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    positions: list[str] = field(default_factory=list)
    clicks: list[float] = field(default_factory=list)
    propensities: list[float] = field(default_factory=list)


def read_open_bandit(path: Path, target: str) -> FileRows:
    """Read the rows; ``target`` is random, or a policy whose own rows the file has.

    Raises `BadFile` with the line, column and reason of each problem.
    """
    problems = Problems(path)
    table = open_table(path)
    names = [name.strip() for name in table.columns(REQUIRED, problems)]
    columns = _columns(table, names, problems)
    logged = np.array(columns.policies, dtype=object) != target
    if target != RANDOM and target not in columns.policies:
        known = ", ".join(sorted({RANDOM, *columns.policies}))
        problems.add(0, "policy", f"no row of the policy {target!r}; --target may be {known}")
    elif not logged.any():
        reason = f"all rows are of the policy {target!r}: rows of another policy are needed"
        problems.add(0, "policy", reason)
    problems.raise_if_any()
    return _rows(path, table.digest, columns, logged, target)


def _columns(table: Table, names: list[str], problems: Problems) -> _Columns:
    found, places = _Columns(), {name: place for place, name in enumerate(names)}
    rows = table.rows(problems)
    next(rows)
    for line, fields in rows:
        if len(fields) != len(names):
            problems.add(line, "", f"{len(fields)} fields where the header has {len(names)}")
            continue
        _take(found, line, {name: fields[place] for name, place in places.items()}, problems)
    if not found.items and not problems.total:
        problems.add(0, "", "the file holds no rows")
    problems.raise_if_any()
    return found


def _take(found: _Columns, line: int, cells: dict[str, str], problems: Problems) -> None:
    click, propensity = parse_number(cells["click"]), parse_number(cells["propensity"])
    if click not in (0.0, 1.0):
        problems.add(line, "click", f"{cells['click']!r} is neither 0 nor 1")
    if propensity is None or not 0.0 < propensity <= 1.0:
        reason = f"{cells['propensity']!r} is not a chance above 0 and at most 1"
        problems.add(line, "propensity", reason)
    for name in ("policy", "item_id"):
        if not cells[name]:
            problems.add(line, name, "empty")
    found.policies.append(cells["policy"])
    found.campaigns.append(cells.get("campaign", "") or "all")
    found.items.append(cells["item_id"])
    found.positions.append(cells.get("position", ""))
    found.clicks.append(click or 0.0)
    found.propensities.append(propensity or 1.0)


def _rows(path: Path, digest: str, columns: _Columns, logged: Bools, target: str) -> FileRows:
    clicks, propensities = np.array(columns.clicks), np.array(columns.propensities)
    campaigns = np.array(columns.campaigns, dtype=object)[logged]
    chances = {RANDOM: _uniform(columns)}
    if target != RANDOM:
        chances[target] = _mean_policy(columns, ~logged)
    shown = Shown.of_items(clicks[logged], np.arange(len(campaigns)), campaigns)
    own = {target: float(clicks[~logged].mean())} if (~logged).any() else {}
    return FileRows(
        path,
        digest,
        "open-bandit",
        shown,
        {
            name: Chances.of_items(one[logged], propensities[logged])
            for name, one in chances.items()
        },
        own=own,
    )


def _uniform(columns: _Columns) -> Floats:
    """Return one by the number of items of the row's campaign."""
    items: dict[str, set[str]] = {}
    for campaign, item in zip(columns.campaigns, columns.items, strict=True):
        items.setdefault(campaign, set()).add(item)
    return np.array([1.0 / len(items[campaign]) for campaign in columns.campaigns])


def _mean_policy(columns: _Columns, own: Bools) -> Floats:
    """Return how often a policy's own rows show the row's item at the row's position."""
    cells = list(zip(columns.campaigns, columns.positions, columns.items, strict=True))
    items: dict[str, set[str]] = {}
    for campaign, _, item in cells:
        items.setdefault(campaign, set()).add(item)
    counts = Counter(cell for cell, is_own in zip(cells, own.tolist(), strict=True) if is_own)
    totals = Counter[tuple[str, str]]()
    for (campaign, position, _), count in counts.items():
        totals[campaign, position] += count
    shares = {}
    for campaign, position, item in set(cells):
        rows = totals[campaign, position] + PSEUDO_ROWS * len(items[campaign])
        shares[campaign, position, item] = (counts[campaign, position, item] + PSEUDO_ROWS) / rows
    return np.array([shares[cell] for cell in cells])
