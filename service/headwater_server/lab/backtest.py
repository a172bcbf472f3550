"""`lab.backtest`: a ranker on a shop's own events, a row for each question."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from river import base

from headwater_server.engine.engine import Engine
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Backtest, Foldable, Result
from headwater_server.evaluation.baselines.recommender import AsEngine, Recommender
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.lab.frames import history_of, questions_of
from headwater_server.models.river.own_rankers import as_ranker

Ranker = str | base.Classifier | type[base.Classifier] | Recommender


def backtest(
    events: Any,
    items: Any = None,
    *,
    ranker: Ranker = "listwise",
    rewards: Mapping[str, float] | None = None,
    repeats: str = "allow",
    settings: Mapping[str, Any] | None = None,
    limit: int | None = None,
) -> Any:
    """Ask for 20 items before each event, then learn it; return a row for each counted question.

    Parameters
    ----------
    events
        A data frame (pandas, Polars, any that narwhals knows) with the columns ``timestamp``
        (datetimes, or numbers of seconds since 1970), ``user_id``, ``item_id``, ``event_type``
        and, if there is one, ``value``. It need not be sorted; rows of one time keep their order.
    items
        A data frame with ``item_id`` and columns of features, or None.
    ranker
        What the setting ``ranker`` takes (``"listwise"``, ``"river:…"``, ``"module:Class"``, the
        name of an entry point); a River classifier or its class; or a
        `headwater_server.evaluation.baselines.recommender.Recommender`, which replaces the whole
        engine.
    rewards
        Event type -> reward, in addition to the default ones; it names types of your own.
    repeats
        "allow": only the visitor's latest item is left out of a list; "exclude": all seen before.
    settings
        Other settings of the engine by name, such as ``{"seed": 2}``.
    limit
        Use only the first so many events in the order of time.

    Returns
    -------
    A data frame of the kind of ``events`` with a row for each question of the last nine tenths:
    ``row`` (position in ``events``), ``timestamp_ms``, ``user_id``, ``item_id``, ``event_type``,
    ``rank`` (1 to 20; 0: the item was not in the list) and ``hit``.

    Raises `ValueError` if columns or cells are wrong (all are named at once), or if the ranker
    cannot learn, cannot be stored, or is not deterministic.

    Examples
    --------
    >>> import pandas as pd
    >>> from river import linear_model, preprocessing
    >>> walk = [(60 * n, f"u{n % 9}", f"i{(n % 9 + n // 9) % 12}", "view") for n in range(180)]
    >>> events = pd.DataFrame(walk, columns=["timestamp", "user_id", "item_id", "event_type"])
    >>> mine = preprocessing.StandardScaler() | linear_model.LogisticRegression()
    >>> found = backtest(events, ranker=mine)
    >>> len(found), list(found.columns)[-2:]
    (162, ['rank', 'hit'])
    """
    with ExitStack() as stack:
        name = _name(ranker, stack)
        chosen = _settings(name, rewards, settings)
        history = history_of(events, items, chosen, limit)
        result = _run(history, chosen, ranker, Repeats(repeats))
    return questions_of(events, history, result)


def _name(ranker: Ranker, stack: ExitStack) -> str:
    """Return the text of the setting; a ranker given as an object has a name for this run."""
    if isinstance(ranker, str):
        return ranker
    if isinstance(ranker, Recommender):
        return "listwise"  # not used
    if isinstance(ranker, type):
        return stack.enter_context(as_ranker(ranker()))
    return stack.enter_context(as_ranker(ranker))


def _settings(
    ranker: str, rewards: Mapping[str, float] | None, settings: Mapping[str, Any] | None
) -> EngineSettings:
    try:
        chosen = EngineSettings(**{"ranker": ranker, **(settings or {})})
    except TypeError as error:
        raise ValueError(
            f"settings: {str(error).removeprefix('EngineSettings.__init__() ')}"
        ) from None
    table = {**chosen.rewards, **(rewards or {})}
    return EngineSettings(**{"ranker": ranker, **(settings or {}), "rewards": table})


def _run(
    history: ShopHistory, settings: EngineSettings, ranker: Ranker, repeats: Repeats
) -> Result:
    engine: Foldable
    if isinstance(ranker, Recommender):
        engine = AsEngine(ranker)
    else:
        warm_up(settings)
        engine = Engine()
    return Backtest(engine, history, repeats).run()
