"""`explain`: for each slot what moved its score, and a sentence for the shop's editor."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater_server.engine.catalogue.catalogue import Catalogue
from headwater_server.engine.explain.clauses import Clauses
from headwater_server.engine.features import families
from headwater_server.engine.messages.requests import Result
from headwater_server.engine.models import Models
from headwater_server.engine.ranking.ranking import Ranking
from headwater_server.engine.visitors.visitors import History

CONTRIBUTIONS_MAX = 10
CLAUSES_MAX = 3
_NAMES = tuple(families.FAMILIES)
_PAIRS = ("next", "together")
"""Two views of one thing: the sentence takes the one that moved the score more."""
Parts = dict[str, float]


class Explaining:
    """Reads what answering has just read; called only where a question asks for it."""

    def __init__(self, models: Models, catalogue: Catalogue, ranking: Ranking) -> None:
        self.models = models
        self.catalogue = catalogue
        self.ranking = ranking

    def explain(
        self,
        results: tuple[Result, ...],
        history: History,
        items: NDArray[np.int32],
        rows: NDArray[Any],
        scores: NDArray[np.float64],
    ) -> tuple[Result, ...]:
        """Return the slots with ``contributions`` and ``explanation``.

        ``items`` are all candidates with the ranker's ``scores``, ``rows`` those of the slots;
        what a slot's own score differs by, the shop's rules added.
        """
        if len(rows) == 0:
            return results
        clauses = Clauses(self.models, self.catalogue, history)
        ranks = np.argsort(np.argsort(-scores, kind="stable"))
        told = []
        for result, row, parts in zip(
            results, rows.tolist(), self._parts(history, items, rows), strict=True
        ):
            parts[families.RULES] = result.score - float(scores[row])
            outranked = _outranked(result.rules) if ranks[row] >= len(rows) else ""
            sentence = self._sentence(clauses, int(items[row]), parts, outranked)
            told.append(result._replace(contributions=_largest(parts), explanation=sentence))
        return tuple(told)

    def _parts(self, history: History, items: NDArray[np.int32], rows: NDArray[Any]) -> list[Parts]:
        """Return of each slot what each family adds to the average, and the average."""
        features, context = self.ranking.describe(history, items)
        numbers = families.numbered(self.models.ranker.features)
        told = self.models.ranker.contributions(features, context, items, rows, numbers)
        every = []
        for by_family, rest in zip(told.parts.tolist(), told.rest.tolist(), strict=True):
            parts = dict(zip(_NAMES, by_family, strict=False))
            parts[told.rest_is] = parts.get(told.rest_is, 0.0) + rest
            parts[families.AVERAGE] = told.average
            every.append(parts)
        return every

    def _sentence(self, clauses: Clauses, item: int, parts: Parts, outranked: str) -> str:
        """Return one sentence: what spoke for the item most, at most three things."""
        if item >= len(self.catalogue.ids):
            return "Nothing is known of it yet."
        told = clauses.all_of(item)
        weaker = min(_PAIRS, key=lambda family: parts.get(family, 0.0))
        if all(family in told for family in _PAIRS):
            del told[weaker]
        # what spoke against the item is left out, unless there is nothing else to say
        order = sorted(told, key=lambda family: -parts.get(family, 0.0))
        spoke = [family for family in order if parts.get(family, 0.0) > 0] or order[:1]
        said = [told[family] for family in spoke[:CLAUSES_MAX]] or [_of_parts(parts)]
        said += [outranked] if outranked else []
        return f"{said[0][0].upper()}{'; '.join(said)[1:]}."


def _outranked(rules: tuple[str, ...]) -> str:
    """Return why an item is on the list whose ranking alone would not have put it there.

    >>> _outranked(("sale", "diversity"))
    "the shop's rules moved it onto this list ('sale', 'diversity')"
    """
    if rules:
        return f"the shop's rules moved it onto this list ({', '.join(map(repr, rules))})"
    return "its score alone would not have put it on this list: it is being tried"


def _of_parts(parts: Parts) -> str:
    """Return what can be said of an item that no evidence speaks for."""
    named = {name: part for name, part in parts.items() if name != families.AVERAGE}
    most = max(named, key=lambda name: named[name])
    if named[most] <= 0:
        return "nothing speaks for it more than for an average candidate"
    if named[most] < max(map(abs, named.values())):
        return f"what speaks for it most is {families.PHRASES[most]}"
    return f"its score comes mostly from {families.PHRASES[most]}"


def _largest(parts: Parts) -> tuple[tuple[str, float], ...]:
    """Return the parts, largest magnitude first, the smallest as one "other"; average last.

    >>> _largest({"average": 0.5, "next": 1.0, "popular": -2.0})
    (('popular', -2.0), ('next', 1.0), ('average', 0.5))
    """
    named = {n: p for n, p in parts.items() if n not in (families.AVERAGE, families.OTHER)}
    order = sorted((n for n in named if named[n]), key=lambda name: -abs(named[name]))
    kept = order[:CONTRIBUTIONS_MAX]
    other = parts.get(families.OTHER, 0.0) + sum(named[name] for name in order[len(kept) :])
    told = [(name, named[name]) for name in kept]
    told += [(families.OTHER, other)] if other else []
    return (*told, (families.AVERAGE, parts[families.AVERAGE]))
