"""From tables of chances to what is compared."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from headwater_server.evaluation.asking.table import ChanceTable
from headwater_server.evaluation.comparing.shown import Shown
from headwater_server.evaluation.comparing.weighing import Chances
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.inference.checks import Floats


def logged_chances(answers: Sequence[Answer], shown: Shown) -> Floats:
    """Return answers x slots: the chance that each slot was shown with, 1 where there is none."""
    logged = np.ones(shown.is_filled.shape)
    for row, answer in enumerate(answers):
        if answer.choice is not None:  # only what was shown counts, with the chance it had
            logged[row, 0] = answer.choice.propensity
        else:
            logged[row, : len(answer.slate.propensities)] = answer.slate.propensities
    return logged


def chances_of(
    table: ChanceTable,
    champion: ChanceTable,
    logged: Floats,
    shown: Shown,
    *,
    predicts: bool,
) -> Chances:
    """Return a policy's chances beside the champion's: of all answers, asked or not.

    ``logged``: those that the answers were shown with, see `logged_chances`. ``predicts``: the
    metric is the one that the model predicts.
    """
    filled = shown.is_filled
    listed: Floats = np.maximum(champion.floats("listed"), champion.least[:, None])
    model = table.floats("predicted"), table.floats("expected")
    return Chances(
        np.where(filled, table.floats("slot"), 1.0),
        logged,
        np.where(filled, table.floats("listed"), 0.0),
        np.where(filled, listed, 1.0),
        *(model if predicts and table.predicts else ()),
    )
