"""True statements about a candidate: clauses, each from the numbers behind its score."""

from __future__ import annotations

import math
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.features.own_columns import LATEST
from headwater_server.engine.models import DAY_S, Models
from headwater_server.engine.retrieval.leaders import Leaders
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.content.comparison import Comparison
from headwater_server.models.covisitation.companions import REACH

OFTEN_TIMES, OFTEN_SHARE = 3.0, 0.05
"""Least (decayed) count, and least share of all that followed, for the word "often"."""
RANK_MAX = 30
WORDS_MAX = 3
TITLE_CHARS_MAX = 60
_WEEK = 1  # column of Models.by_day
_COUNTED_MAX = 4 * RANK_MAX
"""Items with interactions in the week that are counted: of so many the first `RANK_MAX` count."""
CLOSE = 0.25
"""Units of `OwnValues` that close values differ by, at most."""
_UNITS = ((DAY_S, "day"), (3600.0, "hour"), (60.0, "minute"))
_FIELDS = {"categories": "category", "tags": "tag"}


@dataclass(frozen=True)
class Clauses:
    """Reads models and catalogue for one request; each method returns one clause, or "".

    Every clause is a sentence without its capital and its full stop; "it" is the candidate.
    """

    models: Models
    catalogue: Catalogue
    history: History
    of_week: Leaders

    def _in_week(self, items: NDArray[np.int32] | int) -> Any:
        """Count the interactions with items in about the last week, decayed."""
        by_day = self.models.by_day
        return by_day.stored[items, _WEEK] * float(by_day.fading()[_WEEK])

    @cached_property
    def _leading(self) -> tuple[list[float], int]:
        """Return the largest counts of the week, and the last place that is worth a clause."""
        first = self.of_week.first(_COUNTED_MAX, len(self.catalogue.ids))
        largest = sorted(self._in_week(first[:RANK_MAX]).tolist())
        return largest, min(RANK_MAX, math.ceil(len(first) / 4))

    @cached_property
    def _places(self) -> dict[int, int]:
        """Return the place of each item in the history; the latest, if it is there twice."""
        items = self.history.items.tolist()
        return {item: place for place, item in reversed([*enumerate(items)])}

    @cached_property
    def _newest(self) -> dict[int, int]:
        """Return the place of each of the newest items, the newest first."""
        return {item: place for place, item in enumerate(self.catalogue.newest[::-1].tolist())}

    @cached_property
    def _roots(self) -> NDArray[np.float64]:
        """Return the roots by which much chosen items of the history count less."""
        chosen = self.models.activity.interactions[self.history.items[:REACH]]
        return np.asarray(np.sqrt(chosen) + 1.0, dtype=np.float64)

    @cached_property
    def _comparison(self) -> Comparison:
        return self.models.content.comparison(self.history.items)

    def all_of(self, item: int) -> dict[str, str]:
        """Return the clauses of ``item`` by family of features, without the empty ones."""
        clauses = {
            "next": self.next(item),
            "together": self.together(item),
            "history": self.own(item),
            "popular": self.popular(item),
            "age": self.new(item),
            "content": self.content(item),
            "circumstances": self.circumstances(item),
            **{name: self.near(item, name) for name in self.models.own_values.names},
        }
        return {family: clause for family, clause in clauses.items() if clause}

    def next(self, item: int) -> str:
        """Name the visitor's item that ``item`` followed most often."""
        followed = self.models.next_item.transitions(self.history.items, item)
        place = self._strongest([times * 0.5**z for z, (times, _) in enumerate(followed)])
        if place < 0:
            return ""
        times, share = followed[place]
        often = "often " if times >= OFTEN_TIMES and share >= OFTEN_SHARE else ""
        return f"visitors who came from {self._visited(place)} {often}went on to it"

    def together(self, item: int) -> str:
        """Name the visitor's item that ``item`` occurs with most often."""
        joined = self.models.companions.pair_counts(self.history.items, item)
        place = self._strongest([times * 0.9**z for z, times in enumerate(joined)])
        if place < 0:
            return ""
        often = "often " if joined[place] >= OFTEN_TIMES else ""
        return f"visitors of {self._visited(place)} {often}chose it, too"

    def own(self, item: int) -> str:
        """State how often and when the visitor chose ``item`` before."""
        place = self._places.get(item)
        if place is None:
            return ""
        interactions, age_s = int(self.history.interactions[place]), self.history.ages_s[place]
        often = "once" if interactions == 1 else f"{interactions} times"
        return f"the visitor chose it {often} before, last {_ago(float(age_s))}"

    def popular(self, item: int) -> str:
        """State its place in the week's popularity, within the first quarter and the first 30."""
        count = self._in_week(item)
        if count < 1.0:
            return ""
        first, most = self._leading
        rank = 1 + len(first) - bisect_right(first, count)
        return f"it is number {rank} in the last week's popularity" if rank <= most else ""

    def new(self, item: int) -> str:
        """State its place among the newest items of the shop."""
        place = self._newest.get(item)
        if place is None or 4 * place >= len(self.catalogue):
            return ""
        count = place + 1
        return (
            "no item is newer in the shop"
            if count == 1
            else f"it is one of the {count} newest items in the shop"
        )

    def content(self, item: int) -> str:
        """Quote the rarest words that it shares with the most similar of the visitor's items."""
        place, tokens = self.models.content.most_similar(self._comparison, item)
        if place < 0:
            return ""
        words = dict.fromkeys(map(_word, tokens))
        return f"it shares {_listed([*words][:WORDS_MAX])} with {self._visited(place)}"

    def circumstances(self, item: int) -> str:
        """Name the circumstance with the largest lift, if it is chosen more often under it."""
        interactions = float(self.models.activity.interactions[item])
        lifts = self.models.circumstances.lifts(self.history.circumstances, item, interactions)
        if not lifts:
            return ""
        circumstance, lift = max(lifts.items(), key=lambda pair: pair[1])
        return f"it is chosen more {_under(circumstance)} than elsewhere" if lift > 1.0 else ""

    def near(self, item: int, feature: str) -> str:
        """Name the latest of the visitor's items whose own feature is close to that of ``item``."""
        latest = self.history.items[:LATEST]
        close = self.models.own_values.distances(feature, item, latest) <= CLOSE
        places = np.flatnonzero(close & (latest != item))
        if not len(places):
            return ""
        return f"its {feature} is close to that of {self._visited(int(places[0]))}"

    def _strongest(self, times: list[float]) -> int:
        """Return the place of the visitor's item with the strongest evidence, -1 if none."""
        if not any(times):
            return -1
        strengths = np.array(times) / self._roots[: len(times)]
        return int(strengths.argmax()) if strengths.any() else -1

    def _visited(self, place: int) -> str:
        return self.name(int(self.history.items[place]))

    def name(self, item: int) -> str:
        """Return the title of an item of the catalogue, short, or its id."""
        item_id = self.catalogue.ids[item]
        data: Any = self.catalogue.get(item_id)
        title = " ".join(data.title.split()).rstrip(".") if data else ""
        short = title if len(title) <= TITLE_CHARS_MAX else title[: TITLE_CHARS_MAX - 1] + "…"
        return short or item_id


def week_leaders(models: Models, counted: ChangeLog) -> Leaders:
    """Return the most popular items of about the last week, for the clause `Clauses.popular`."""
    return Leaders(models.by_day, _WEEK, counted, _COUNTED_MAX)


def _ago(age_s: float) -> str:
    """Return a time in the past in its largest whole unit.

    >>> _ago(30.0), _ago(7200.0), _ago(90_000.0)
    ('just now', '2 hours ago', '1 day ago')
    """
    for size, unit in _UNITS:
        count = int(age_s // size)
        if count:
            return f"{count} {unit}{'s' * (count > 1)} ago"
    return "just now"


def _word(token: str) -> str:
    """Return a token of `content_tokens` for a person.

    >>> _word("title:walnut"), _word("categories:garden"), _word("brand:acme")
    ("'walnut'", "category 'garden'", "brand 'acme'")
    """
    field, _, word = token.partition(":")
    return f"'{word}'" if field == "title" else f"{_FIELDS.get(field, field)} '{word}'"


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _under(circumstance: str) -> str:
    """Return a text of `circumstances` for a person.

    >>> _under("placement=home"), _under("context.device=mobile"), _under("user.segment=vip")
    ("in placement 'home'", "where device is 'mobile'", "by accounts whose segment is 'vip'")
    """
    name, _, value = circumstance.partition("=")
    whose, _, feature = name.partition(".")
    if not feature:
        return f"in placement '{value}'"
    where = "where" if whose == "context" else "by accounts whose"
    return f"{where} {feature} is '{value}'"
