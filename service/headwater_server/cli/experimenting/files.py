"""Experiments and policies as TOML files: strict, so that a typing error is not ignored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from headwater import (
    Experiment,
    ExperimentArm,
    ExperimentUnit,
    GuardRail,
    MetricDirection,
    Policy,
    PrimaryMetric,
)
from headwater_server.settings_checks import BadSettings
from headwater_server.settings_sources import did_you_mean, read_toml

Made = TypeVar("Made")
Reader = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class ExperimentFile:
    """An experiment, and the policies that the same file defines."""

    experiment: Experiment
    policies: tuple[Policy, ...]


def read_experiment(path: Path) -> ExperimentFile:
    """Return what a file says. Raises `BadSettings` with all places and fixes."""
    table = read_toml(path)
    found = _all_of(
        lambda: _policies(table.pop("policies", {})),
        lambda: _made(Experiment, "", table, EXPERIMENT),
    )
    return ExperimentFile(policies=found[0], experiment=found[1])


def _policies(value: Any) -> tuple[Policy, ...]:
    named = _a_table("policies", value).items()
    readers = (partial(_a_table, f"policies.{name}", overrides) for name, overrides in named)
    return tuple(map(Policy, dict(named), _all_of(*readers)))


def _all_of(*readers: Callable[[], Any]) -> list[Any]:
    """Return what each reader returns. Raises one `BadSettings` with a line for each mistake."""
    found, problems = [], []
    for read in readers:
        try:
            found.append(read())
        except BadSettings as error:
            problems.append(str(error))
    if problems:
        raise BadSettings("\n  ".join(problems))
    return found


def read_policy(path: Path) -> Policy:
    """Return the policy of a file: `policy_id`, and a table `overrides`. Raises `BadSettings`."""
    return _made(Policy, "", read_toml(path), {"policy_id": _text, "overrides": _a_table})


def _made(
    kind: Callable[..., Made], place: str, table: Mapping[str, Any], readers: Mapping[str, Reader]
) -> Made:
    """Return an object of a table whose names are those of ``readers``."""
    read = partial(_value, place, readers)
    found = _all_of(*(partial(read, name, value) for name, value in table.items()))
    values = dict(zip(table, found, strict=True))
    try:
        return kind(**values)
    except TypeError:
        missing = [n for n in ("experiment_id", "arm_id", "policy_id", "metric", "arms", "primary",
                               "worst_relative") if n in readers and n not in values]  # fmt: skip
        where = place or "the file"
        raise BadSettings(f"{where}: {' and '.join(missing)} must be there") from None


def _value(place: str, readers: Mapping[str, Reader], name: str, value: Any) -> Any:
    where = f"{place}.{name}" if place else name
    if name not in readers:
        hint = did_you_mean(name, readers) or f"; there are {', '.join(readers)}"
        raise BadSettings(f"{where}: there is no such name{hint}")
    return readers[name](where, value)


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise BadSettings(f'{place}: write a text, such as "{value}"')
    return value


def _number(place: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadSettings(f"{place}: write a number, without quotes")
    return float(value)


def _count(place: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadSettings(f"{place}: write a whole number, such as 10_000")
    return value


def _switch(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadSettings(f"{place}: write true or false")
    return value


def _time(place: str, value: Any) -> datetime:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise BadSettings(f"{place}: write a time with its zone, such as 2026-12-01T08:00:00Z")
    return value


def _a_table(place: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise BadSettings(f"{place}: write a table, such as [{place}]")
    return value


def _texts(place: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadSettings(f'{place}: write a list, such as ["home"]')
    return tuple(_all_of(*(partial(_text, f"{place}[{n}]", one) for n, one in enumerate(value))))


def _choice(kind: Any) -> Reader:
    def read(place: str, value: Any) -> Any:
        known = [member.value for member in kind]
        if value not in known:
            raise BadSettings(f"{place}: write {' or '.join(known)}")
        return kind(value)

    return read


def _each(kind: Callable[..., Any], readers: Mapping[str, Reader]) -> Reader:
    def read_one(place: str, value: Any) -> Any:
        return _made(kind, place, _a_table(place, value), readers)

    def read(place: str, value: Any) -> Any:
        if not isinstance(value, list):
            raise BadSettings(f"{place}: write each as a table [[{place}]]")
        return tuple(_all_of(*(partial(read_one, f"{place}[{n}]", v) for n, v in enumerate(value))))

    return read


def _primary(place: str, value: Any) -> PrimaryMetric:
    return _made(PrimaryMetric, place, _a_table(place, value), PRIMARY)


PRIMARY: Mapping[str, Reader] = {
    "metric": _text,
    "window_minutes": _number,
    "direction": _choice(MetricDirection),
}
EXPERIMENT: Mapping[str, Reader] = {
    "experiment_id": _text,
    "arms": _each(ExperimentArm, {"arm_id": _text, "policy_id": _text, "weight": _number}),
    "primary": _primary,
    "guard_rails": _each(GuardRail, {"metric": _text, "worst_relative": _number}),
    "layer": _text,
    "salt": _text,
    "unit": _choice(ExperimentUnit),
    "placements": _texts,
    "share": _number,
    "level": _number,
    "visitors_planned": _count,
    "start_time": _time,
    "end_time": _time,
    "visitors_max": _count,
    "auto_promote": _switch,
    "currency_code": _text,
}
