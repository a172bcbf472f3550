"""What in the settings fits nothing: a rule for an item, a field or an event type that is unknown.

Such a rule is valid, since its items may come later; but it changes no list today.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater_server.engine.catalogue.fields.groups import GROUP_ID
from headwater_server.engine.catalogue.fields.item_values import field_of
from headwater_server.engine.lookups.feature_warnings import of_features
from headwater_server.engine.lookups.rule_warnings import of_rule, unknown_field
from headwater_server.engine.lookups.unknown_types import unknown_types
from headwater_server.engine.ranking.candidate_scoring import CandidateScoring
from headwater_server.engine.ranking.objective_names import ACTS, REVENUE
from headwater_server.engine.reranking.rules import parse_rules
from headwater_server.engine.settings import EngineSettings
from headwater_server.models.sales.sales import PURCHASES_MIN

REFUSED = "the latest change of settings on the log is not in force: "


def settings_warnings(
    settings: EngineSettings, scoring: CandidateScoring, refused: str = ""
) -> Iterator[list[str]]:
    """Yield the warnings about `hide_days`, `objective`, then each rule; the caller may pause.

    ``refused``: why the latest change of settings on the log is not in force here.
    """
    yield [f"{REFUSED}{refused}"] if refused else []
    unknown = unknown_types(settings.hide_days, settings)
    yield [f"hide_days: {text}" for text in unknown]
    yield [f"objective: {text}" for text in _of_objective(settings, scoring)]
    yield [f"group_by: {text}" for text in _of_groups(settings.group_by, scoring)]
    if not (settings.rules or settings.features):
        return
    names = scoring.catalogue.columns.names()
    if settings.features:
        found = of_features(scoring.models, scoring.catalogue, names)
        yield [f"features: {text}" for text in found]
    for rule in parse_rules(settings.rules):
        yield [f'rules "{rule.name}": {text}' for text in of_rule(rule, settings, scoring, names)]


def _of_objective(settings: EngineSettings, scoring: CandidateScoring) -> Iterator[str]:
    sales = scoring.models.sales
    if settings.objective == ACTS:
        return
    if not sales.is_ready:
        yield (
            f"lists are ranked by acts: {sales.purchases:.0f} purchases are known, and "
            f"{settings.objective} needs {PURCHASES_MIN}"
        )
    elif settings.objective == REVENUE and not sales.knows_price(scoring.catalogue.numbers()).any():
        yield "no item has a price, and no backend's purchase: all purchases count alike"


def _of_groups(name: str, scoring: CandidateScoring) -> Iterator[str]:
    columns = scoring.catalogue.columns
    if name not in ("", GROUP_ID) and not columns.kinds(field_of(name)):
        yield unknown_field(name, columns.names())
