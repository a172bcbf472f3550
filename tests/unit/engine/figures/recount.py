"""The figures counted again, in plain Python, from what an export says: nothing of ours is used."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, NamedTuple

DAY_MS = 86_400_000
CLICKS = {"click", "detail-page-view", "view"}
ORDERS = {"purchase-complete", "purchase", "transaction", "order"}


class Report(NamedTuple):
    time_ms: int
    profile: str
    list_id: str
    placement: str
    policy: str
    item_ids: tuple[str, ...]


class Act(NamedTuple):
    """``lines``: item, quantity, price, currency; ``list_id``: of the token, "" for none."""

    time_ms: int
    profile: str
    event_id: str
    kind: str
    lines: tuple[tuple[str, float, float | None, str], ...]
    list_id: str = ""
    value: float | None = None


class Fact(NamedTuple):
    what: str
    day: int
    placement: str | None
    policy: str | None
    item_id: str
    profile: str
    of: str  # the list of a slot or click, the order of a line
    units: int = 0
    micros: int | None = None
    code: str = ""


def facts_of(records: list[Report | Act], window_ms: int, lists: dict[str, Report]) -> list[Fact]:
    """Return what each record is, in order; a line that no list is for has no placement.

    ``lists``: all slots of each list, by its id, as the table `lists` has them.
    """
    facts: list[Fact] = []
    open_slots: list[tuple[Report, str]] = []  # slots whose window may be open, oldest first
    clicked: set[tuple[int, str, str]] = set()
    for one in records:
        day = one.time_ms // DAY_MS
        live = [(r, item) for r, item in open_slots if one.time_ms < r.time_ms + window_ms]
        mine = [(r, item) for r, item in live if r.profile == one.profile]
        if isinstance(one, Report):
            new = [
                i
                for i in one.item_ids
                if not any((r.list_id, x) == (one.list_id, i) for r, x in mine)
            ]
            if new and all(r.list_id != one.list_id for r, _ in mine):
                facts.append(_fact("list", one, "", one, day))
            facts += [_fact("slot", one, item, one, day) for item in new]
            open_slots = live + [(one, item) for item in new]
            continue
        for item, quantity, price, code in one.lines:
            seen = [r for r, x in mine if x == item]
            named = [r for r in seen if r.list_id == one.list_id]
            whole = lists.get(one.list_id)
            if whole and item in whole.item_ids:  # the token's list, seen or not, or long ago
                found = (named or [whole])[-1]
            else:
                found = (seen or [None])[-1]
            if one.kind in CLICKS and found and (day, found.list_id, item) not in clicked:
                clicked.add((day, found.list_id, item))
                facts.append(_fact("click", one, item, found, day))
            if one.kind in ORDERS:
                units = round(quantity * 1e6)
                micros = None if price is None else round(price * quantity * 1e6)
                facts.append(
                    Fact(
                        "line", day, found and found.placement, found and found.policy, item,
                        one.profile, one.event_id, units, micros, code,
                    )
                )  # fmt: skip
    return facts


def _fact(what: str, one: Any, item: str, found: Report, day: int) -> Fact:
    return Fact(what, day, found.placement, found.policy, item, one.profile, found.list_id)


def grouped(facts: list[Fact], by: tuple[str, ...]) -> dict[tuple, dict[str, Any]]:
    """Return the figures by day, placement, policy or item."""
    parts: dict[tuple, list[Fact]] = defaultdict(list)
    for fact in facts:
        if fact.placement is not None and not ("item_id" in by and fact.what == "list"):
            parts[tuple(getattr(fact, name) for name in by)].append(fact)
    return {key: figures(part) for key, part in parts.items()}


def figures(facts: list[Fact]) -> dict[str, Any]:
    of = defaultdict(list)
    for fact in facts:
        of[fact.what].append(fact)
    return {
        "lists": len(of["list"]),
        "impressions": len(of["slot"]),
        "clicks": len(of["click"]),
        "orders": len({fact.of for fact in of["line"]}),
        "units": sum(fact.units for fact in of["line"]),
        "visitors": len({(fact.day, fact.profile) for fact in facts}),
        "buyers": len({(fact.day, fact.profile) for fact in of["line"]}),
        "revenue": money(of["line"]),
    }


def money(lines: list[Fact]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        if line.micros is not None:
            sums[line.code] += line.micros
    return dict(sums)
