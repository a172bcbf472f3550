"""What a report says beside its figures: what was read, and what could not be used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from headwater_server.evaluation.asking.asked import LogAsked
from headwater_server.evaluation.asking.checking import SHARE_MIN, Check, other_build
from headwater_server.evaluation.asking.results import undefined
from headwater_server.evaluation.asking.second_pass import Replayed
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.asking.start import Start
from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.asking.wanted import HOW, Wanted
from headwater_server.evaluation.comparing.compare import CHAMPION
from headwater_server.evaluation.reports.as_json import About
from headwater_server.evaluation.shown.collecting import Collecting
from headwater_server.evaluation.shown.metrics import REVENUE
from headwater_server.replica.clock import wall_clock_ms
from headwater_server.replica.ports.position import Position, time_ms_of

EMPTY = "the log is empty: no server and no import has written to it; see also --catalogue"


def about(
    source: Source,
    asked: LogAsked,
    wanted: Sequence[Wanted],
    found: Collecting,
    start: Start,
    replayed: Replayed,
    tables: Mapping[str, ChanceTable],
    check: Check | None,
) -> About:
    """Return the head of the report."""
    counts, answers = found.counts, found.packed
    return About(
        name=asked.name,
        asked=tuple(one.name for one in wanted)
        or tuple(name for name in tables if name != CHAMPION),
        create_time_ms=wall_clock_ms(),
        source=source.name,
        metric=asked.metric,
        placement=asked.placement or "",
        level=asked.level,
        window_minutes=asked.window_minutes,
        from_offset=found.first.offset,
        until_offset=found.until.offset,
        digest=replayed.digest,
        builds=tuple(dict.fromkeys(text for _, text in found.builds)),
        answers={
            "shown": len(answers),
            "visitors": len({one.profile for one in answers}),
            "acts": sum(one.acts for one in answers),
            "slots": sum(len(one.slate.item_ids) for one in answers),
            "seen_slots": sum(len(one.seen) for one in answers),
            "unreplayable": dict(counts.unreplayable),
            "unreplayable_share": _share(counts.unreplayable.total(), len(answers)),
            "unreported": counts.unreported,
            "unreported_share": _share(counts.unreported, len(answers)),
            "same_chances": replayed.same,
            "entries": counts.entries,
            "events": counts.events,
        },
        check=check.as_dict() if check else None,
        settings={CHAMPION: replayed.settings, **{one.name: one.settings for one in wanted}},
        how={**HOW, **{one.name: one.how for one in wanted}},
        notes=tuple(_notes(asked, found, start, replayed, tables, check)),
    )


def nothing_shown(
    found: Collecting, placement: str | None, head: Position, end_flag: str = "--until"
) -> str:
    """Return why there is no answer to ask again, and what to do."""
    counts = found.counts
    if not head.sequence:
        return EMPTY
    if placement is not None and found.placements:
        known = ", ".join(sorted(found.placements))
        return f"no list of the placement {placement!r} was shown; the log has {known}"
    if counts.unreplayable:
        reasons = "; ".join(f"{count}: {why}" for why, count in counts.unreplayable.items())
        return f"no list can be asked again ({reasons}); wait until this release has answered"
    there = "send impression events with the attribution token"
    if found.is_cut and found.begins_ms is not None:
        begins, ends = map(_minute, (found.begins_ms, time_ms_of(head.offset)))
        there += (
            f"; or choose another --from and {end_flag}: the log is from {begins} to {ends} UTC"
        )
    return f"no list was reported as seen among {counts.events:,} events: {there}"


def _minute(time_ms: int) -> str:
    """Return a time as --from takes it.

    >>> _minute(1_700_000_000_000)
    '2023-11-14T22:13'
    """
    return datetime.fromtimestamp(time_ms / 1_000, UTC).isoformat(timespec="minutes")[:16]


def _share(some: int, others: int) -> float:
    return some / (some + others) if some else 0.0


def _notes(
    asked: LogAsked,
    found: Collecting,
    start: Start,
    replayed: Replayed,
    tables: Mapping[str, ChanceTable],
    check: Check | None,
) -> list[str]:
    notes = list(start.notes)
    if check is not None and not check.passes:
        notes.append(
            f"{check.share:.2%} of the answers are the same when asked again, at least "
            f"{SHARE_MIN:.1%} are needed: no estimate is given"
        )
    elif check is None and replayed.same < SHARE_MIN * len(found.packed):
        notes.append(
            f"only {replayed.same:,} of {len(found.packed):,} answers have the same chances when "
            "asked again: --check says why"
        )
    in_arms = sum(bool(one.slate.arms) for one in found.packed)
    if in_arms:
        notes.append(
            f"{in_arms:,} answers were given in arms of experiments: the champion is the mixture"
        )
    others = {text for _, text in found.builds if other_build(text)}
    if others:
        notes.append(f"other builds answered, too: {'; '.join(sorted(others))}")
    for name in undefined(tables):
        why = "no request named candidates" if name == "baseline" else "no answer after the warm-up"
        notes.append(f"{name} is not in the table: {why}")
    if asked.metric == REVENUE and found.counts.purchases_without_price:
        count = found.counts.purchases_without_price
        notes.append(f"{count:,} purchases have no price, and count as 0: send a price with them")
    return notes
