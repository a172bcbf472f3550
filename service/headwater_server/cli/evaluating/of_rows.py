"""`headwater evaluate --rows`: a file that another system logged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.evaluation.rows.file_rows import FileRows
    from headwater_server.reading.problems import Problems


class Format(StrEnum):
    """The formats of rows."""

    OPEN_BANDIT = "open-bandit"
    PERSONALIZER = "personalizer"


METRICS = {Format.OPEN_BANDIT: ("act_rate",), Format.PERSONALIZER: ("reward", "act_rate")}
"""The first one is the default."""


@dataclass(frozen=True)
class RowsAsked:
    """The flags of an evaluation of rows."""

    path: Path
    format: Format
    target: str
    metric: str
    placement: str | None
    level: float
    always_valid: bool


def check_rows(given: dict[str, Any]) -> RowsAsked:
    """Return the flags checked; raise `BadSettings`."""
    file_format = given["format"]
    if file_format is None:
        known = " or ".join(Format)
        raise BadSettings(f"--rows needs --format: {known}")
    metric = given["metric"] or METRICS[file_format][0]
    if metric not in METRICS[file_format]:
        known = " or ".join(METRICS[file_format])
        raise BadSettings(f"--metric {metric}: rows of {file_format} have {known}")
    target = given["target"] or "random"
    if file_format is Format.PERSONALIZER:
        from headwater_server.evaluation.rows.personalizer import POLICIES

        if target not in POLICIES:
            raise BadSettings(f"--target {target}: write {', '.join(POLICIES)}")
    return RowsAsked(
        given["rows"],
        file_format,
        target,
        metric,
        given["placement"],
        given["level"],
        given["always_valid"],
    )


def evaluate_rows(asked: RowsAsked) -> dict[str, Any]:
    """Return the report of the file. Raises `BadFile`."""
    from headwater_server.evaluation.comparing.compare import Ask, compare
    from headwater_server.evaluation.reports.as_json import About, as_dict
    from headwater_server.reading.problems import Problems
    from headwater_server.replica.clock import wall_clock_ms

    damaged = Problems(asked.path)
    rows = _read(asked, damaged).group(asked.placement)
    ask = Ask(asked.metric, asked.level, always_valid=asked.always_valid)
    order = {asked.target: rows.policies[asked.target], **rows.policies}
    about = About(
        name=asked.target,
        asked=(asked.target,),
        create_time_ms=wall_clock_ms(),
        source={"rows": asked.path.name, "format": str(asked.format), "sha256": rows.digest},
        metric=asked.metric,
        placement=asked.placement or "",
        level=asked.level,
        answers={"shown": rows.shown.lists, "skipped": rows.skipped},
        how=HOW[asked.format],
        own=rows.own,
        notes=(*_notes(rows), *(f"skipped: {problem}" for problem in damaged.first)),
    )
    return as_dict(about, {asked.metric: compare(rows.shown, order, ask)})


def _read(asked: RowsAsked, damaged: Problems) -> FileRows:
    from headwater_server.evaluation.rows.open_bandit import read_open_bandit
    from headwater_server.evaluation.rows.personalizer import read_personalizer

    if asked.format is Format.OPEN_BANDIT:
        return read_open_bandit(asked.path, asked.target)
    as_act = asked.metric == "act_rate"
    return read_personalizer(asked.path, as_act=as_act, problems=damaged)


def _notes(rows: FileRows) -> list[str]:
    from headwater_server.inference.off_policy.weights import importance_weights, mean_above_one

    notes = ["the rows name no visitor, so each counts as one of its own"]
    notes += [f"{name}'s own rows have {mean:.4g}" for name, mean in rows.own.items()]
    for name, chances in rows.policies.items():
        weights = importance_weights(chances.slot[:, 0], chances.slot_logged[:, 0])
        if mean := mean_above_one(weights):
            notes.append(
                f"{name}: the weights are {mean:.3g} on average, and cannot be above 1 if the "
                "propensities are those of what showed the rows: do not trust this figure"
            )
    return notes


HOW = {
    Format.OPEN_BANDIT: {
        "random": "each item of the campaign with the same chance",
        "champion": "what the other policies of the file showed",
    },
    Format.PERSONALIZER: {
        "random": "each action with the same chance",
        "baseline": "the first action, as the caller sent them",
        "best": "the action with the highest probability of the log",
        "champion": "what was shown",
    },
}
