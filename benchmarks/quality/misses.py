"""Which events a peer hits and Headwater misses, and the reverse, by kind of event.

    python -m benchmarks.quality.misses --set bol_serenade --peer "asks itself" --limit 40000

One row a kind: how many questions, how many are hits of both, of one of them, of neither; and of
those that only the peer hits, how many Headwater has at ranks 21 to 100.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from benchmarks.quality.contestants import Contestant, headwater, peers
from benchmarks.quality.kinds import Kind, kinds
from benchmarks.quality.pages import markdown
from benchmarks.quality.sets import DataSet, Skipped, folders, read_set
from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import Entry
from headwater_server.engine.messages.events import Outcome
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Backtest, Foldable, first_counted
from headwater_server.evaluation.tally import CUT

DEEP = 100
Ranks = dict[int, int]
"""Row -> rank of its item, 0 for a miss."""
HEADER = ("", "events", "both", "only we", "only they", "neither", "they: ours at 21 to 100")


class _Deep:
    """An engine that is asked for a longer list, too, and remembers the last one."""

    def __init__(self) -> None:
        self._engine = Engine()
        self.listed: Sequence[str] = ()

    def apply(self, entry: Entry) -> list[Outcome]:
        """Change the state by one entry."""
        return self._engine.apply(entry)

    def recommend(self, request: RecommendRequest, now_ms: int) -> Recommendation:
        """Answer as asked. A list of `DEEP` items may have others, with popular ones to fill it."""
        longer = self._engine.recommend(replace(request, page_size=DEEP), now_ms)
        self.listed = [result.item_id for result in longer.results]
        return self._engine.recommend(request, now_ms)

    def digest(self) -> str:
        """Return the digest of the state."""
        return self._engine.digest()


def misses(
    sets: Annotated[list[str], typer.Option("--set", help="this set; repeatable")],
    peer: Annotated[
        list[str], typer.Option("--peer", help="peers with this in their name; repeatable")
    ],
    data: Annotated[Path, typer.Option(help="folder of folders with events.csv.gz")] = Path(
        "../shared/data"
    ),
    limit: Annotated[int, typer.Option(min=1, help="events a set")] = 40_000,
) -> None:
    """Print, for each set and peer, a table of the events that one of the two hits."""
    chosen = [one for one in peers() if any(text.lower() in one.name.lower() for text in peer)]
    if not chosen:
        raise typer.BadParameter("no such peer", param_hint="--peer")
    for folder in folders(data, frozenset(sets)):
        one = read_set(folder, limit, {})
        if isinstance(one, Skipped):
            print(f"{one.name}: not measured, {one.reason}")
            continue
        mine = our_ranks(one)
        for contestant in chosen:
            print(f"\n### {one.name}, {contestant.name}\n\n{one.counts}\n")
            print(table(list(kinds(one.history.events.events())), mine, ranks(one, contestant)))


def our_ranks(data: DataSet) -> Ranks:
    """Return Headwater's rank of each counted event among 20, or else 21 to 100, or else 0."""
    warm_up(headwater().engine_settings)
    engine, items = _Deep(), data.history.file.item_ids
    found: Ranks = {}

    def on_answer(row: int, rank: int) -> None:
        listed = list(engine.listed)
        place = listed.index(items[row]) + 1 if items[row] in listed else 0
        found[row] = rank or (max(place, CUT + 1) if place else 0)

    return _counted(engine, data, found, on_answer)


def ranks(data: DataSet, contestant: Contestant) -> Ranks:
    """Return a peer's rank of each counted event among 20, 0 for a miss."""
    found: Ranks = {}
    return _counted(contestant.make(), data, found, found.__setitem__)


def _counted(
    engine: Foldable, data: DataSet, found: Ranks, on_answer: Callable[[int, int], None]
) -> Ranks:
    """Fold the set; return what ``on_answer`` has written to ``found`` for counted rows."""
    Backtest(engine, data.history, data.repeats, on_answer=on_answer).run()
    first = first_counted(len(data.history.events))
    return {row: rank for row, rank in found.items() if row >= first}


def table(of: Sequence[Kind], mine: Ranks, theirs: Ranks) -> str:
    """Return the table: all events, then a row for each kind of each sort, the most gains first."""
    counts: dict[tuple[int, str], Counter[str]] = {}
    for row, rank in theirs.items():
        case = _case(mine[row], rank)
        for sort, kind in enumerate(("**all**", *of[row])):
            at = counts.setdefault((sort, kind), Counter())
            at[case] += 1
            at["near"] += case == "only they" and mine[row] > 0
    order = sorted(counts, key=lambda key: (key[0], -counts[key]["only they"]))
    return markdown(HEADER, [_row(kind, counts[sort, kind]) for sort, kind in order])


def _case(mine: int, their: int) -> str:
    if 0 < mine <= CUT:
        return "both" if their else "only we"
    return "only they" if their else "neither"


def _row(kind: str, counts: Counter[str]) -> list[str]:
    cases = ("both", "only we", "only they", "neither")
    total = sum(counts[case] for case in cases)
    return [kind, *(f"{n:,}" for n in (total, *(counts[c] for c in cases), counts["near"]))]


if __name__ == "__main__":
    typer.run(misses)
