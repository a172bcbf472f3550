"""Personalizer's service configuration as our settings, and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from headwater_server.personalizer.administration.configuration import Configuration
from headwater_server.personalizer.administration.durations import duration_of, minutes_of
from headwater_server.personalizer.administration.times import iso
from headwater_server.personalizer.choosing import APPRENTICE, ONLINE
from headwater_server.personalizer.errors import AdapterError, bad_request, not_offered
from headwater_server.personalizer.figures.fold import Figures

INVALID = "InvalidServiceConfiguration"
WAIT_MINUTES = (1e-3, 7 * 24 * 60)
MODES = {"Online": ONLINE, "Apprentice": APPRENTICE}
SHARE = "trafficShare"
EXPLORATION = "explorationPercentage"


@dataclass(frozen=True)
class Change:
    """What a call changes: settings of the adapter, and the share of random answers, if given."""

    settings: Mapping[str, Any]
    exploration: float | None


def as_json(configuration: Configuration, exploration: float, figures: Figures | None) -> Any:
    """Return the configuration, in Personalizer's form; ``trafficShare`` is ours."""
    settings = configuration.settings
    named = {ours: theirs for theirs, ours in MODES.items()}
    return {
        "rewardWaitTime": duration_of(settings.personalizer_reward_wait_minutes),
        "defaultReward": settings.personalizer_default_reward,
        "rewardAggregation": settings.personalizer_reward_aggregation,
        EXPLORATION: exploration,
        "modelExportFrequency": "PT0S",  # a reward is learned at once
        "modelRetrainDays": 0,
        "logRetentionDays": -1,
        "logMirrorEnabled": False,
        "learningMode": named[settings.personalizer_mode],
        SHARE: settings.personalizer_share,
        "isAutoOptimizationEnabled": False,
        "lastConfigurationEditDate": iso(configuration.edit_time_ms),
        **_apprentice(figures),
    }


def _apprentice(figures: Figures | None) -> dict[str, Any]:
    """Return the figures of apprentice mode as Personalizer names them."""
    groups = list(figures.groups.values()) if figures else []
    if not groups:
        return {}
    totals = [group.total for group in groups]
    sums = {
        "numberOfEvents": sum(one.decisions for one in totals),
        "numberOfImitatedEvents": round(sum(one.matches for one in totals)),
        "sumOfRewards": sum(one.rewards for one in totals),
        "sumOfImitatedRewards": sum(one.matched_reward for one in totals),
    }
    return {
        "latestApprenticeModeMetrics": {
            **sums,
            "startTime": iso(min(group.first_ms for group in groups)),
            "lastProcessedEventTime": iso(max(group.last_ms for group in groups)),
            "lastBatchMetrics": sums,
        }
    }


def changes_of(given: Mapping[str, Any], configuration: Configuration) -> Change:
    """Return what a body changes. Raises `AdapterError`, which names the field; all or nothing."""
    found: dict[str, Any] = {}
    exploration: float | None = None
    for name, value in given.items():
        if name in _READ_ONLY:
            continue
        if name == EXPLORATION:
            exploration = _number(name, value, 0.0, 1.0)
        elif name in _CHANGES:
            setting, read = _CHANGES[name]
            found[setting] = read(name, value)
        else:
            _check_fixed(name, value)
    _check_share(found, configuration)
    return Change(found, exploration)


def _check_share(found: dict[str, Any], configuration: Configuration) -> None:
    mode = found.get("personalizer_mode", configuration.settings.personalizer_mode)
    if mode != APPRENTICE and found.get("personalizer_share"):
        raise _invalid(SHARE, "needs learningMode Apprentice: Online, the policy answers all")
    if mode != APPRENTICE:
        found.pop("personalizer_share", None)


def _check_fixed(name: str, value: Any) -> None:
    """Refuse a value that cannot be had, and a name that is none."""
    if name not in _FIXED:
        known = ", ".join([*_CHANGES, EXPLORATION])
        raise _invalid(name[:64], f"is no field of the configuration; {known} can be changed")
    allowed, instead = _FIXED[name]
    if allowed is None:
        if not isinstance(value, str):
            raise _invalid(name, "must be a text")
        return
    is_other_type = value is not None and isinstance(value, bool) != isinstance(allowed[0], bool)
    if is_other_type or value not in allowed:
        raise not_offered(f"{name} = {str(value)[:64]}", instead)


def _number(name: str, value: Any, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise _invalid(name, f"must be a number from {low:g} to {high:g}")
    return float(value)


def _wait(name: str, value: Any) -> float:
    try:
        minutes = minutes_of(value) if isinstance(value, str) else None
    except ValueError as error:
        raise _invalid(name, str(error)) from None
    low, high = WAIT_MINUTES
    if minutes is None or not low <= minutes <= high:
        raise _invalid(name, "must be a duration of at most seven days, such as PT10M")
    return minutes


def _mode(name: str, value: Any) -> str:
    if value == "LoggingOnly":
        raise not_offered(f"{name} = LoggingOnly", "use Apprentice with trafficShare 0")
    if not isinstance(value, str) or value not in MODES:
        raise _invalid(name, f"write {' or '.join(MODES)}")
    return MODES[value]


def _aggregation(name: str, value: Any) -> str:
    if value not in ("earliest", "sum"):
        raise _invalid(name, "write earliest or sum")
    return str(value)


def _invalid(name: str, text: str) -> AdapterError:
    return bad_request(INVALID, f"{name}: {text}")


_CHANGES: Mapping[str, tuple[str, Callable[[str, Any], Any]]] = {
    "rewardWaitTime": ("personalizer_reward_wait_minutes", _wait),
    "defaultReward": ("personalizer_default_reward", lambda n, v: _number(n, v, -1.0, 1.0)),
    "rewardAggregation": ("personalizer_reward_aggregation", _aggregation),
    "learningMode": ("personalizer_mode", _mode),
    SHARE: ("personalizer_share", lambda n, v: _number(n, v, 0.0, 1.0)),
}
_READ_ONLY = frozenset({"lastConfigurationEditDate", "latestApprenticeModeMetrics"})
_RETENTION = "set log_entries_kept_min, archive_dir and archive_days of the server"
_OPTIMIZE = (
    "run an experiment with auto_promote (docs/experiments-in-your-shop.md), or headwater evaluate"
)
_FIXED: Mapping[str, tuple[tuple[Any, ...] | None, str]] = {
    "modelExportFrequency": (None, ""),  # any: a reward is learned at once
    "modelRetrainDays": ((0,), "nothing is trained again; headwater rebuild folds the log again"),
    "logRetentionDays": ((-1,), _RETENTION),
    "logMirrorEnabled": ((False, None), "use headwater export, lake or sink"),
    "logMirrorSasUri": ((None, ""), "use headwater export, lake or sink"),
    "isAutoOptimizationEnabled": ((False, None), _OPTIMIZE),
    "autoOptimizationFrequency": (None, ""),
    "autoOptimizationStartDate": (None, ""),
}
