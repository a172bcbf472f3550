"""What one call, event, item and visitor costs, as the benchmarks measured it.

`python -m benchmarks.report.costs` writes costs.json again from what `make bench` measured.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from importlib.resources import files
from pathlib import Path
from typing import Any, TypeVar

FILE = "costs.json"
KEYS = ("value", "part", "commit", "date")
Value = TypeVar("Value")


class BadCosts(ValueError):
    """A file of costs cannot be used; the text names file and place."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Microseconds of one core, and bytes; each field's name ends with its unit."""

    recommend_us: float
    """A Recommend of 20 items, 16 in flight, gRPC included."""
    feedback_one_us: float
    """An event that is alone in its call, at the server that takes it; learning included."""
    feedback_many_us: float
    """An event of a call of 100."""
    learn_us: float
    """An event that another server took, read from the log: decoded and applied."""
    ranker_share: float
    """Of learning, what `ranker_every` 4 leaves out."""
    store_us: float
    """An event at the store."""
    gateway_us: float
    """A call at the gateway."""
    fact_us: float
    """An event of another partition, counted as a fact: a prototype's figure."""
    process_bytes: float
    """A server without any item."""
    item_bytes: float
    """A described item with title, categories and price, in arrays and beside them."""
    pair_bytes: float
    """A pair of items in both tables of pairs."""
    visitor_bytes: float
    """A visitor with a history of five items."""
    event_id_bytes: float
    """An event id that is remembered."""
    snapshot_share: float
    """Of the state: what is copied while a snapshot is taken."""
    log_one_bytes: float
    """An event that is alone in its entry, in the memory of the store."""
    log_many_bytes: float
    """An event in an entry of 20."""
    archive_bytes: float
    """An event in the archive, compressed."""


@dataclass(frozen=True, slots=True)
class Measured:
    """The costs, and where each of them comes from."""

    costs: Costs
    sources: dict[str, str]
    """By name: the part of the benchmark, the commit, and the date."""


def read_costs(path: Path | None = None) -> Measured:
    """Return the costs of a file, or those of the package. Raises `BadCosts`.

    >>> read_costs().costs.recommend_us > 0
    True
    """
    named = str(path) if path else FILE
    try:
        text = path.read_text("utf-8") if path else _own()
        table = json.loads(text)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadCosts(f"{named}: {error}") from None
    names = [field.name for field in fields(Costs)]
    if not isinstance(table, dict) or not isinstance(table.get("costs"), dict):
        raise BadCosts(f'{named}: an object {{"costs": {{…}}}} was expected')
    if unknown := sorted(table["costs"].keys() - set(names)):
        raise BadCosts(f"{named}: costs.{unknown[0]}: there is no such cost")
    # a file may have some costs only; the others are those of the package
    own = json.loads(_own())["costs"]
    found = {name: table["costs"].get(name, own[name]) for name in names}
    values = {name: _value(named, name, one) for name, one in found.items()}
    return Measured(Costs(**values), {name: _source(one) for name, one in found.items()})


def _own() -> str:
    return (files("headwater_server.planning") / FILE).read_text("utf-8")


def _value(named: str, name: str, one: Any) -> float:
    value = one.get("value") if isinstance(one, dict) else one
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadCosts(f"{named}: costs.{name}: write a number, or an object with a value")
    most = 1.0 if name.endswith("_share") else 1e12
    if not 0 < value <= most:
        raise BadCosts(
            f"{named}: costs.{name} = {value:g}: must be greater than 0, at most {most:g}"
        )
    return float(value)


def _source(one: Any) -> str:
    if not isinstance(one, dict):
        return "given"
    return ", ".join(str(one[name]) for name in KEYS[1:] if name in one) or "given"
