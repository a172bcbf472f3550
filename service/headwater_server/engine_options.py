"""The engine's settings as a shop writes them: some of them, as text or numbers, checked."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

from headwater_server.engine.settings import ALIASES, DEFAULT_REWARDS, EngineSettings

# name: (least, most), both allowed; what is not here is checked by its type alone
RANGES: dict[str, tuple[float, float]] = {
    "exploration_epsilon": (0.0, 1.0),
    "exploration_temperature": (1e-6, 1e6),
    "attribution_window_minutes": (1e-3, 60 * 24 * 365),
    "session_gap_minutes": (1e-3, 60 * 24 * 365),
    "deduplication_window_hours": (1e-3, 24 * 365 * 10),
    "deduplication_ids_max": (1, 1_000_000_000),
    "visitors_max": (1, 1_000_000_000),
    "items_max": (1, 100_000_000),
    "seed": (0, 2**63 - 1),
}


def engine_settings(given: object) -> object:
    """Return `EngineSettings` with what is given; the rest are the defaults.

    Rewards are added to the default ones, under their full names.

    >>> engine_settings({"seed": "7", "rewards": {"wish": 0.4}}).rewards["wish"]
    0.4
    >>> engine_settings({"sead": 7})
    Traceback (most recent call last):
    ...
    ValueError: there is no engine setting 'sead'
    """
    if not isinstance(given, dict):
        return given
    types = EngineSettings.__annotations__
    known = {f.name for f in fields(EngineSettings)}
    values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in known:
            raise ValueError(f"there is no engine setting {name!r}")
        values[name] = _checked(name, types[name], value)
    if "rewards" in values:
        rewards = {ALIASES.get(name, name): reward for name, reward in values["rewards"].items()}
        values["rewards"] = DEFAULT_REWARDS | rewards
    return EngineSettings(**values)


def _checked(name: str, type_name: str, value: object) -> object:
    types = {"dict[str, float]": dict[str, float], "int": int, "float": float, "str": str}
    adapter: TypeAdapter[Any] = TypeAdapter(types.get(type_name, Any))
    try:
        if isinstance(value, str) and type_name not in {"str", "int", "float"}:
            checked = adapter.validate_json(value)
        else:
            checked = adapter.validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{name} = {value!r}: {error.errors()[0]['msg']}") from None
    least, most = RANGES.get(name, (-1e300, 1e300))
    for number in checked.values() if isinstance(checked, dict) else [checked]:
        if isinstance(number, float | int) and not least <= number <= most:
            raise ValueError(f"{name} = {number} must lie between {least:g} and {most:g}")
    return checked
