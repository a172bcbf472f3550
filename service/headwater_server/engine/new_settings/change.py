"""A change of settings: checked, then in force for all that comes after it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace

from headwater_server.engine.auditing import noting
from headwater_server.engine.features.own_values import OwnValues
from headwater_server.engine.messages.entries import Entry, SettingsChange
from headwater_server.engine.messages.events import CREATED, Outcome, Status
from headwater_server.engine.models import make_ranker, make_rankers
from headwater_server.engine.new_settings.rankers import NewRankers, changing_rankers, check_arms
from headwater_server.engine.parts import Parts
from headwater_server.engine.reranking.rules import parse_rules
from headwater_server.engine.settings import EngineSettings


def check_settings(settings: EngineSettings) -> NewRankers:
    """Return the shop's own features, without values, and the rankers that start with nothing.

    Raises ValueError if no engine can take these settings.
    """
    own = OwnValues(settings.features)
    beside = make_rankers(settings, own.names)
    found = NewRankers(own, make_ranker(settings, own.names), beside)
    parse_rules(settings.rules)
    return found


def with_settings(
    parts: Parts, change: SettingsChange, entry: Entry
) -> Generator[None, None, tuple[Parts, Outcome]]:
    """Return the parts under other settings; before anything was learned, new ones. In steps.

    Settings that the engine cannot take are QUARANTINED and change nothing.
    """
    settings = change.over(parts.written)
    try:
        rankers = check_settings(settings)
        in_force = replace(parts.rule_state, written=settings).settings()
        check_arms(parts, in_force)
    except ValueError as error:
        parts.settings_history.refused = str(error)
        return parts, Outcome(Status.QUARANTINED, str(error))
    parts.settings_history.refused = ""
    parts.settings_history.note(parts.settings, in_force, change.who, entry.time_ms)
    noting.note_settings(parts.audit, parts.written, settings, change.who, entry.time_ms)
    if parts.is_empty:
        fresh = Parts(settings)
        fresh.settings_history, fresh.build = parts.settings_history, parts.build
        fresh.sources, fresh.rules, fresh.audit = parts.sources, parts.rules, parts.audit
        fresh.adopt(settings)
        return fresh, CREATED
    yield from changing_rankers(parts, settings, rankers)
    yield from parts.catalogue.columns.group_by(settings.group_by, settings.variants_max)
    parts.adopt(settings)
    return parts, CREATED
