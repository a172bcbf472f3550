"""The rows that are compared, as arrays: one for each list and candidate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from headwater_server.evaluation.causal.acts import Acts, place_key
from headwater_server.evaluation.causal.asked import HOUR_MS, Outcome
from headwater_server.evaluation.causal.gathered import Gathered
from headwater_server.evaluation.causal.outcomes import Asked, ByVisitor
from headwater_server.evaluation.shown.answer import Answer
from headwater_server.inference.checks import Floats

DEVICE, DEVICES_MAX = "device", 5
CHOSEN_BEFORE = "times that the visitor chose it"
"""It counts what the placebo counts, so a placebo that controls for it would show nothing."""
HOURS = ("from 0 to 6 h", "from 6 to 12 h", "from 12 to 18 h", "from 18 to 24 h")
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Rows:
    """By row: 1 if placed, if seen, if acted on; the outcome after and before; the chance.

    ``covariates`` float64[rows, names] are what was logged before the list was drawn.
    """

    placed: Floats
    seen: Floats
    chance: Floats
    outcome: Floats
    before: Floats
    acted: Floats
    visitors: Ints
    covariates: Floats
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.placed)

    def part(self, chosen: NDArray[np.bool_]) -> Self:
        """Return some of the rows."""
        fields = ("placed", "seen", "chance", "outcome", "before", "acted", "visitors")
        cut = {name: getattr(self, name)[chosen] for name in fields}
        return replace(self, covariates=self.covariates[chosen], **cut)

    @property
    def visitors_count(self) -> int:
        """Return how many visitors the rows are of."""
        return len(np.unique(self.visitors))


def rows_of(
    gathered: Gathered, answers: Sequence[Answer], acts: Acts, outcome: Outcome, window_ms: float
) -> Rows:
    """Return the rows, with what each visitor did with the item after and before."""
    table = gathered.table()
    lists = table["list"].astype(np.int64)
    items = np.array([acts.items.get(one, -1) for one in gathered.items], dtype=np.int64)
    asked = Asked(
        _by_list(lists, [acts.names.get(f"v:{one.visitor_id}", -1) for one in answers]),
        _by_list(lists, [_account(acts, one) for one in answers]),
        items[table["item"].astype(np.int64)],
        _by_list(lists, [place_key(one.place[0] + 1, one.place[1]) for one in answers]),
        _by_list(lists, [one.slate.time_ms for one in answers]),
    )
    found = ByVisitor(acts).outcomes(asked, outcome, window_ms)
    profiles: dict[str, int] = {}
    visitors = [profiles.setdefault(one.profile, len(profiles)) for one in answers]
    names, covariates = _covariates(table, lists, answers)
    return Rows(
        table["placed"],
        table["seen"],
        table["chance"],
        found.after,
        found.before,
        found.acted,
        _by_list(lists, visitors),
        covariates,
        names,
    )


def _by_list(lists: Ints, values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)[lists]


def _account(acts: Acts, answer: Answer) -> int:
    return acts.names.get(f"u:{answer.user_id}", -1) if answer.user_id else -1


def _covariates(
    table: dict[str, Floats], lists: Ints, answers: Sequence[Answer]
) -> tuple[tuple[str, ...], Floats]:
    price = table["price"]
    has_none = np.isnan(price)
    mean = float(price[~has_none].mean()) if (~has_none).any() else 0.0
    found = {
        "score": table["score"],
        CHOSEN_BEFORE: table["chosen"],
        "interactions with it (log)": np.log1p(table["interactions"]),
        "price": np.where(has_none, mean, price),
        "price is missing": has_none.astype(np.float64),
        "items in the history (log)": np.log1p(table["history"]),
    }
    quarter = np.array(
        [int(one.slate.time_ms % (24 * HOUR_MS) // (6 * HOUR_MS)) for one in answers]
    )
    for number, name in enumerate(HOURS):
        found[name] = (quarter[lists] == number).astype(np.float64)
    devices = np.array([_device(one) for one in answers])
    for name, _ in Counter(devices[lists].tolist()).most_common(DEVICES_MAX):
        found[f"device {name}" if name else "device unknown"] = (devices[lists] == name).astype(
            np.float64
        )
    varies = {name: values for name, values in found.items() if np.ptp(values) > 0.0}
    if not varies:
        return (), np.zeros((len(lists), 0))
    return tuple(varies), np.stack([*varies.values()], axis=1)


def _device(answer: Answer) -> str:
    context = answer.slate.question.context if answer.slate.question else ()
    return next((str(value)[:40] for name, value in context if name == DEVICE), "")
