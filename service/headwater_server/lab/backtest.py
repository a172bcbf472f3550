"""`lab.backtest`: a ranker on a shop's own events, a row for each question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, get_type_hints

from river import base

from headwater_server.engine.engine import Engine
from headwater_server.engine.features.own_features import as_feature
from headwater_server.engine.messages.entries import Item
from headwater_server.engine.settings import EngineSettings
from headwater_server.engine.warmup import warm_up
from headwater_server.evaluation.backtest import Backtest, Foldable, Result, uncounted
from headwater_server.evaluation.baselines.recommender import AsEngine, Recommender
from headwater_server.evaluation.interactions import Repeats
from headwater_server.evaluation.shop_history import ShopHistory
from headwater_server.lab.features import check_features
from headwater_server.lab.frames import history_of, questions_of
from headwater_server.models.river.own_rankers import as_ranker
from headwater_server.settings_checks import BadSettings, checked

Function = Callable[[Item], float | None]
Feature = str | Function | tuple[str, Function]
NAMED = {"ranker", "features"}
"""Settings with a text for this run, where objects were given: `as_ranker` and `as_feature`."""
Ranker = str | base.Classifier | type[base.Classifier] | Recommender


def backtest(
    events: Any,
    items: Any = None,
    *,
    ranker: Ranker = "listwise",
    features: Sequence[Feature] = (),
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
        name of an entry point); a River classifier or its class; or a `Recommender`, which replaces
        the whole engine.
    features
        What the setting ``features`` takes (``"price"``, ``"features.weight"``, ``"module:f"``, …);
        functions of an `Item` that return a number or None; pairs of a name and a function.
    rewards
        Event type -> reward, in addition to the default ones; it names types of your own.
    repeats
        "allow": only the visitor's latest item is left out of a list; "exclude": all seen before.
    settings, limit
        Other settings of the engine, such as ``{"seed": 2}``; use only the first so many events.

    Returns
    -------
    A data frame of the kind of ``events`` with a row for each question of the last nine tenths:
    ``row`` (position in ``events``), ``timestamp_ms``, ``user_id``, ``item_id``, ``event_type``,
    ``rank`` (1 to 20; 0: the item was not in the list) and ``hit``.

    Raises `ValueError` with all that is wrong with the frames, or with the ranker, or a feature.

    Examples
    --------
    >>> import pandas as pd
    >>> walk = [(60 * n, f"u{n % 9}", f"i{(n % 9 + n // 9) % 12}", "view") for n in range(180)]
    >>> events = pd.DataFrame(walk, columns=["timestamp", "user_id", "item_id", "event_type"])
    >>> found = backtest(events, ranker="river:linear_model.LogisticRegression()")
    >>> len(found), list(found.columns)[-2:]
    (162, ['rank', 'hit'])
    """
    _check_limit(limit)
    with ExitStack() as stack:
        named = {"ranker": _name(ranker, stack), "features": _texts(features, ranker, stack)}
        chosen = _settings(named | dict(settings or {}), rewards)
        history = history_of(events, items, chosen, limit)
        check_features(chosen.features, [write.item for write in history.items])
        result = _run(history, chosen, ranker, _repeats(repeats))
    return questions_of(events, history, result)


def _check_limit(limit: int | None) -> None:
    if limit is not None and limit < 1:
        raise ValueError(f"limit {limit}: at least 1 was expected, or None for all events")


def _name(ranker: Ranker, stack: ExitStack) -> str:
    """Return the text of the setting; a ranker given as an object has a name for this run."""
    if isinstance(ranker, str):
        return ranker
    if isinstance(ranker, Recommender):
        return "listwise"  # not used
    if isinstance(ranker, type):
        return stack.enter_context(as_ranker(ranker()))
    return stack.enter_context(as_ranker(ranker))


def _texts(features: Sequence[Feature], ranker: Ranker, stack: ExitStack) -> tuple[str, ...]:
    """Return the texts of the setting; a function given as an object has one for this run."""
    if isinstance(features, str) or callable(features):
        raise ValueError("features: a list was expected, such as [my_feature]")  # noqa: TRY004 - as others
    if len(features) and isinstance(ranker, Recommender):
        raise ValueError("features: a Recommender replaces the engine, and takes none")
    return tuple(_text(one, stack) for one in features)


def _text(feature: Feature, stack: ExitStack) -> str:
    if isinstance(feature, str):
        return feature
    pair = feature if isinstance(feature, tuple) else ("", feature)
    if len(pair) != 2 or not isinstance(pair[0], str):
        raise ValueError("features: write a text, a function, or a pair of a name and a function")
    name, function = pair
    return stack.enter_context(as_feature(function, name))


def _settings(given: Mapping[str, Any], rewards: Mapping[str, float] | None) -> EngineSettings:
    kinds = get_type_hints(EngineSettings)
    try:
        given = {
            name: checked(name, kinds[name], value) if name in kinds.keys() - NAMED else value
            for name, value in given.items()
        }
        chosen = EngineSettings(**given)
    except BadSettings as error:
        raise ValueError(f"settings: {error}") from None
    except TypeError as error:
        raise ValueError(
            f"settings: {str(error).removeprefix('EngineSettings.__init__() ')}"
        ) from None
    try:
        own = checked("rewards", kinds["rewards"], dict(rewards or {}))
    except BadSettings as error:
        raise ValueError(str(error)) from None
    return EngineSettings(**{**given, "rewards": {**chosen.rewards, **own}})


def _repeats(text: str) -> Repeats:
    known = [str(one.value) for one in Repeats]
    if text not in known:
        raise ValueError(f"repeats {text!r}: write {' or '.join(known)}")
    return Repeats(text)


def _run(
    history: ShopHistory, settings: EngineSettings, ranker: Ranker, repeats: Repeats
) -> Result:
    engine: Foldable
    if isinstance(ranker, Recommender):
        engine = AsEngine(ranker)
    else:
        warm_up(settings)
        engine = Engine()
    result = Backtest(engine, history, repeats).run()
    if not result.total.events:
        raise ValueError(f"events: {uncounted(len(history.events))}")
    return result
