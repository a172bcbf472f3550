"""From tables of chances to comparisons: each policy on the answers that it was asked about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.asking.weights import chances_of, logged_chances
from headwater_server.evaluation.comparing.compare import CHAMPION, Ask, Comparison, comparison
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.evaluation.shown.arrays import shown
from headwater_server.evaluation.shown.metrics import ACT_RATE


def comparisons(
    answers: Sequence[Answer],
    tables: Mapping[str, ChanceTable],
    ask: Ask,
    *,
    first_slot: bool,
) -> list[Comparison]:
    """Return the champion's figures, then each policy's, in the order of the tables.

    A policy is compared with the champion on the answers for which it is defined; one that is
    defined for none is left out.
    """
    champion = tables[CHAMPION]
    asked = champion.is_asked
    whole = shown(answers, ask.metric)
    logged = logged_chances(answers, whole)
    found = []
    for name, table in tables.items():
        chosen = table.is_asked & asked
        if not chosen.any():
            continue
        weights = chances_of(table, champion, logged, whole, predicts=ask.metric == ACT_RATE).part(
            chosen, whole.is_filled[chosen]
        )
        part = whole.part(chosen)
        if first_slot:
            part, weights = part.first_slot(), weights.first_slot()
        found.append(comparison(name, part, None if name == CHAMPION else weights, ask))
    return found


def undefined(tables: Mapping[str, ChanceTable]) -> list[str]:
    """Return the policies that no answer could be asked under."""
    return [name for name, table in tables.items() if not np.any(table.is_asked)]
