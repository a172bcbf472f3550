"""A causal report, from the log to plain values."""

from __future__ import annotations

from typing import Any

from headwater_server.evaluation.asking.about import nothing_shown
from headwater_server.evaluation.asking.evaluate import Bars, NothingShown
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.causal.analysis import analyse
from headwater_server.evaluation.causal.asked import CausalAsked, Outcome
from headwater_server.evaluation.causal.first_pass import Found, collect, start_of
from headwater_server.evaluation.causal.gates import replay_problem
from headwater_server.evaluation.causal.gathered import ROWS_MAX
from headwater_server.evaluation.causal.report import Read, as_dict
from headwater_server.evaluation.causal.rows import rows_of
from headwater_server.evaluation.causal.second_pass import Replayed, replay
from headwater_server.replica.clock import wall_clock_ms


async def causal(
    source: Source, asked: CausalAsked, bars: Bars, rows_max: int = ROWS_MAX
) -> dict[str, Any]:
    """Return the report about an item or a group of items.

    Raises `NoStart`, `NothingShown`, ModuleNotFoundError without the extra, and the errors of the
    log. More than ``rows_max`` rows are never held: then whole visitors are left out.
    """
    start, notes = await start_of(source, asked)
    engine, head = await start.engine(), await source.log.head()
    with bars("read", head.sequence) as bar:
        found = await collect(start, engine.written_settings, asked, bar.at)
    if not found.lists.packed:
        raise NothingShown(nothing_shown(found.lists, asked.placement, head, "--to"))
    with bars("replay", found.lists.until.sequence) as bar:
        replayed = await replay(start, engine, found.lists, asked, bar.at, rows_max)
    del engine
    if not len(replayed.rows):
        raise NothingShown(_no_candidate(replayed, asked))
    lists = found.lists.packed
    rows = rows_of(replayed.rows, lists, found.acts, asked.outcome, asked.window_ms)
    analysis = analyse(rows, asked.outcome, asked.level)
    read = _read(source, asked, found, replayed, notes)
    return as_dict(asked, read, rows, analysis)


def _read(
    source: Source, asked: CausalAsked, found: Found, replayed: Replayed, notes: list[str]
) -> Read:
    lists, answers = found.lists, found.lists.packed
    young = sum(one.slate.time_ms + asked.window_ms > found.end_ms for one in answers)
    same = replay_problem(replayed.same, replayed.asked)
    return Read(
        source=source.name,
        counts={
            "shown": len(answers),
            "asked": replayed.asked,
            "same_chances": replayed.same,
            "without_candidate": replayed.without,
            "undrawn": replayed.undrawn,
            "share_of_visitors": replayed.rows.share,
            "items": len(replayed.rows.items),
            "unreplayable": dict(lists.counts.unreplayable),
            "window_not_over": young,
            "entries": lists.counts.entries,
            "events": lists.counts.events,
        },
        currency=found.acts.currency,
        from_offset=lists.first.offset,
        until_offset=lists.until.offset,
        digest=replayed.digest,
        builds=tuple(dict.fromkeys(text for _, text in lists.builds)),
        notes=[*notes, *_notes(asked, found, replayed, young)],
        problems=[same] if same else [],
        create_time_ms=wall_clock_ms(),
    )


def _notes(asked: CausalAsked, found: Found, replayed: Replayed, young: int) -> list[str]:
    notes, acts = [], found.acts
    if young:
        notes.append(
            f"{young:,} of {len(found.lists.packed):,} lists are younger than the window: of them "
            "counts what happened until the end of the log"
        )
    if replayed.undrawn:
        notes.append(
            f"{replayed.undrawn:,} lists were asked for with explore = false: nothing was drawn, "
            "so they say nothing"
        )
    if replayed.rows.share < 1.0:
        notes.append(
            f"only {replayed.rows.share:.2%} of the visitors are looked at, chosen by a hash of "
            "their id: all would not fit into the memory that a report may use"
        )
    others = {name: n for name, n in sorted(acts.currencies.items()) if name != acts.currency}
    if asked.outcome is Outcome.REVENUE and others:
        named = ", ".join(f"{count:,} in {name}" for name, count in others.items())
        notes.append(f"revenue is in {acts.currency}; these purchases do not count: {named}")
    if asked.outcome is Outcome.REVENUE and acts.without_price:
        notes.append(
            f"{acts.without_price:,} purchases have no price, and count as 0: send a price with "
            "them"
        )
    return notes


def _no_candidate(replayed: Replayed, asked: CausalAsked) -> str:
    if replayed.undrawn and not replayed.asked:
        return (
            f"all {replayed.undrawn:,} lists were asked for with explore = false: nothing was "
            "drawn, so the log does not show what an item does. Let some requests explore"
        )
    if asked.item_id and not replayed.is_known:
        return f"{asked.subject} is not known: no item was written, or acted on, under this id"
    return (
        f"{asked.subject} was a candidate in none of {replayed.asked:,} lists of the placement "
        f"{asked.placement!r}: check the id or the filter, or choose another placement"
    )
