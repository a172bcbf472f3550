"""Which rules are in force: those of the settings, of promoted policies, and of editors.

Each changes what was before it on the log: a policy with rules replaces those before its promotion
(not those that hide items after an act, which are state); what an editor writes later is over it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from headwater_server.engine.experiments.reports import PromotedPolicy
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.reranking.rules import hides_after_acts, parse_rules
from headwater_server.engine.rules.book import Edit, over
from headwater_server.engine.settings import EngineSettings

FOREVER = 2**62


def settings_in_force(
    written: EngineSettings,
    promoted: Sequence[PromotedPolicy],
    edits: Iterable[Edit] = (),
    replaced: Sequence[int] = (),
) -> EngineSettings:
    """Return the written settings with promoted policies and the rules of editors over them.

    ``replaced`` are the revisions at which the policies were promoted. Raises ValueError if the
    rules cannot be in force together.

    >>> edit = Edit("two", '{"name":"two","kind":"cap","field":"brand","most":2}', 1, 0, "ann")
    >>> settings_in_force(EngineSettings(), (), [edit]).rules[0]["most"]
    2
    """
    edits, settings = list(edits), written
    for policy, (since, until) in zip(promoted, _spans(promoted, replaced), strict=True):
        if until > since:
            settings = _edited(settings, edits, since, until)
        settings = Policy(policy.policy_id, json.loads(policy.overrides)).over(settings)
    return _edited(settings, edits, replaced_at(promoted, replaced), FOREVER)


def base_rules(
    written: EngineSettings, promoted: Sequence[PromotedPolicy]
) -> Mapping[str, Mapping[str, Any]]:
    """Return the rules that count where no editor has written, by name.

    Without the edits between them they may contradict each other, as a rule of the settings that an
    editor has deleted and a policy's of the same name: then the later one is meant.
    """
    rules = written.rules
    for policy in promoted:
        overrides = json.loads(policy.overrides)
        if "rules" in overrides:
            rules = [*filter(hides_after_acts, rules), *overrides["rules"]]
    return {rule["name"]: rule for rule in rules}


def replaced_at(promoted: Sequence[PromotedPolicy], replaced: Sequence[int]) -> int:
    """Return the revision up to which a promoted policy replaces what editors wrote, 0: none."""
    return max((until for _, until in _spans(promoted, replaced)), default=0)


def _spans(
    promoted: Sequence[PromotedPolicy], replaced: Sequence[int]
) -> Iterator[tuple[int, int]]:
    """Yield which revisions are beneath each policy and over the one before."""
    since = 0
    for policy, revision in zip(promoted, (*replaced, *[0] * len(promoted)), strict=False):
        until = revision if "rules" in json.loads(policy.overrides) else since
        yield since, until
        since = until


def _edited(
    settings: EngineSettings, edits: Sequence[Edit], since: int, until: int
) -> EngineSettings:
    those = [edit for edit in edits if since < edit.revision <= until]
    if not those:
        return settings
    rules = over(settings.rules, those)
    parse_rules(rules)
    return replace(settings, rules=rules)
