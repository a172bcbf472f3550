"""The log of Azure Personalizer and of Vowpal Wabbit: one decision a line, as JSON.

Lines that are no decision are counted and left out. So are damaged ones, which are named, as long
as they are few: to leave out many could change the answer.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np

from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.evaluation.rows.decision import Decision, NoDecision, decision
from headwater_server.evaluation.rows.file_rows import FileRows
from headwater_server.evaluation.rows.json_lines import JsonLines
from headwater_server.inference.checks import Floats
from headwater_server.reading.problems import BadFile, Problem, Problems

DAMAGED_SHARE_MAX = 0.01
POLICIES = ("baseline", "best", "random")
TWICE = "repeats an EventId"


def read_personalizer(path: Path, *, as_act: bool, problems: Problems | None = None) -> FileRows:
    """Read the decisions; with ``as_act`` a reward above 0 counts 1, and any other 0.

    ``problems`` receives the damaged lines that were left out. Raises `BadFile` if there is no
    decision, or if more than 1 % of the lines are damaged.
    """
    damaged = problems or Problems(path)
    skipped: Counter[str] = Counter()
    lines = JsonLines(path)
    found = _decisions(lines, skipped, damaged)
    total = len(found) + damaged.total
    if damaged.total > DAMAGED_SHARE_MAX * total:
        damaged.raise_if_any()
    if not found:
        left = "; ".join(f"{count} lines: {why}" for why, count in sorted(skipped.items()))
        reason = f"the file holds no decision of one action ({left or 'it is empty'})"
        raise BadFile(path, [Problem(0, "", reason)])
    if damaged.total:
        skipped["is damaged"] = damaged.total
    return _rows(path, lines.digest, found, dict(skipped), as_act=as_act)


def _decisions(lines: JsonLines, skipped: Counter[str], damaged: Problems) -> list[Decision]:
    found: dict[str, Decision] = {}
    drops: set[object] = set()
    for number, line in lines:
        if isinstance(line, str):
            damaged.add(number, "", line)
            continue
        try:
            one = decision(line)
        except NoDecision as other:
            skipped[str(other)] += 1
            continue
        except ValueError as error:
            damaged.add(number, "", str(error))
            continue
        drops.add(line.get("pdrop", 0))
        if one.event_id in found:
            skipped[TWICE] += 1
        else:
            found[one.event_id] = one
    if len(drops) > 1:
        reason = "pdrop changes: the share of events that were logged must be the same"
        raise BadFile(lines.path, [Problem(0, "", f"{reason}; give one file for each value")])
    return list(found.values())


def _rows(
    path: Path, digest: str, found: list[Decision], skipped: dict[str, int], *, as_act: bool
) -> FileRows:
    rewards = np.array([one.reward for one in found])
    if as_act:
        rewards = (rewards > 0.0).astype(np.float64)
    chosen = {
        "baseline": np.array([float(one.action == 1) for one in found]),
        "best": np.array([float(one.action == one.best) for one in found]),
        "random": np.array([1.0 / len(one.probabilities) for one in found]),
    }
    propensities: Floats = np.array([one.propensity for one in found])
    return FileRows(
        path,
        digest,
        "personalizer",
        Shown.of_items(rewards, np.arange(len(found)), ["all"] * len(found)),
        {name: Chances.of_items(one, propensities) for name, one in chosen.items()},
        skipped,
    )
