"""`explain`: the contributions to each slot's score, and a sentence for the shop's editor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.catalogue.change_log import ChangeLog
from headwater_server.engine.explain.clauses import Clauses, week_leaders
from headwater_server.engine.features import families
from headwater_server.engine.messages.results import Result
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.visitors.visitors import History
from headwater_server.models.popularity.strangers import RANKER

CONTRIBUTIONS_MAX = 10
CLAUSES_MAX = 3
_POPULAR = "popular"
_PAIRS = ("next", "together")
"""Two views of one fact: the sentence uses the one with the larger contribution."""
Parts = dict[str, float]


class Explanations:
    """Explains the slots of one request, from the evidence that it has just gathered."""

    def __init__(
        self, models: Models, catalogue: Catalogue, ranking: Ranking, counted: ChangeLog
    ) -> None:
        """Make it; ``counted`` notes each item that is learned from."""
        self.models = models
        self.catalogue = catalogue
        self.ranking = ranking
        self.of_week = week_leaders(models, counted)

    def explain(
        self,
        results: tuple[Result, ...],
        history: History,
        items: NDArray[np.int32],
        rows: NDArray[Any],
        scores: NDArray[np.float64],
        worth: NDArray[np.float64] | None = None,
        ranker: str = "",
    ) -> tuple[Result, ...]:
        """Return the slots with ``contributions`` and ``explanation``.

        ``items`` are all candidates with the ranker's ``scores``, ``rows`` those of the slots. The
        difference between a slot's own score and the ranker's is the part of the shop's rules, and
        of the objective: ``worth``, by slot. The ``ranker`` is the one that answers.
        """
        if len(rows) == 0:
            return results
        clauses = Clauses(self.models, self.catalogue, history, self.of_week)
        ranks = np.argsort(np.argsort(-scores, kind="stable"))
        explained, added = [], [0.0] * len(rows) if worth is None else worth.tolist()
        every = self._parts(history, items, rows, ranker)
        of_many = self.ranking.by(ranker).is_one_of_many(history)
        weight = float(self.models.strangers.weights[RANKER])
        for result, row, parts, value in zip(results, rows.tolist(), every, added, strict=True):
            if of_many:  # what the others say beside the ranker, who are popularities
                parts.update({name: weight * part for name, part in parts.items()})
                rest = float(scores[row]) - sum(parts.values())
                parts[_POPULAR] = parts.get(_POPULAR, 0.0) + rest
            parts[families.RULES] = result.score - float(scores[row]) - value
            parts[families.OBJECTIVE] = value
            outranked = _outranked(result.rules, value) if ranks[row] >= len(rows) else ""
            sentence = self._sentence(clauses, int(items[row]), parts, outranked)
            explained.append(result._replace(contributions=_largest(parts), explanation=sentence))
        return tuple(explained)

    def _parts(
        self, history: History, items: NDArray[np.int32], rows: NDArray[Any], name: str
    ) -> list[Parts]:
        """Return for each slot the contribution of each family to the average, and the average."""
        _, features, context = self.ranking.describe(history, items)
        own = self.models.own_values.names
        ranker = self.ranking.by(name).ranker
        numbers = families.numbered(ranker.features, own)
        names = families.names_with(own)
        found = ranker.contributions(features, context, items, rows, numbers)
        every = []
        for by_family, rest in zip(found.parts.tolist(), found.rest.tolist(), strict=True):
            parts = dict(zip(names, by_family, strict=False))
            parts[found.rest_is] = parts.get(found.rest_is, 0.0) + rest
            parts[families.AVERAGE] = found.average
            every.append(parts)
        return every

    def _sentence(self, clauses: Clauses, item: int, parts: Parts, outranked: str) -> str:
        """Return one sentence of at most three clauses, those of the largest contributions."""
        if item >= len(self.catalogue.ids):
            return "Nothing is known of it yet."
        known = clauses.all_of(item)
        weaker = min(_PAIRS, key=lambda family: parts.get(family, 0.0))
        if all(family in known for family in _PAIRS):
            del known[weaker]
        # negative contributions are left out, unless there are no others
        order = sorted(known, key=lambda family: -parts.get(family, 0.0))
        positive = [family for family in order if parts.get(family, 0.0) > 0] or order[:1]
        said = [known[family] for family in positive[:CLAUSES_MAX]] or [_of_parts(parts)]
        said += [outranked] if outranked else []
        return f"{said[0][0].upper()}{'; '.join(said)[1:]}."


def _outranked(rules: tuple[str, ...], worth: float) -> str:
    """Return why an item is on the list although its score is too low for it.

    >>> _outranked(("sale", "diversity"), 0.0)
    "the shop's rules moved it onto this list ('sale', 'diversity')"
    """
    if rules:
        return f"the shop's rules moved it onto this list ({', '.join(map(repr, rules))})"
    if worth > 0:
        return "acts on it are worth more to the shop than its score alone says"
    return "its score alone would not have put it on this list: it is included for exploration"


def _of_parts(parts: Parts) -> str:
    """Return the clause of an item without any other clause."""
    named = {name: part for name, part in parts.items() if name != families.AVERAGE}
    most = max(named, key=lambda name: named[name])
    if named[most] <= 0:
        return "no feature is better than that of an average candidate"
    if named[most] < max(map(abs, named.values())):
        return f"its strongest feature is {families.phrase_of(most)}"
    return f"its score comes mostly from {families.phrase_of(most)}"


def _largest(parts: Parts) -> tuple[tuple[str, float], ...]:
    """Return the parts, largest magnitude first, the smallest as one "other"; average last.

    >>> _largest({"average": 0.5, "next": 1.0, "popular": -2.0})
    (('popular', -2.0), ('next', 1.0), ('average', 0.5))
    """
    named = {n: p for n, p in parts.items() if n not in (families.AVERAGE, families.OTHER)}
    order = sorted((n for n in named if named[n]), key=lambda name: -abs(named[name]))
    kept = order[:CONTRIBUTIONS_MAX]
    other = parts.get(families.OTHER, 0.0) + sum(named[name] for name in order[len(kept) :])
    largest = [(name, named[name]) for name in kept]
    largest += [(families.OTHER, other)] if other else []
    return (*largest, (families.AVERAGE, parts[families.AVERAGE]))
