"""RuleService: rules, changes and previews as messages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from headwater.v1 import rule_pb2
from headwater.v1 import rule_service_pb2 as pb
from headwater_server.api.translate.experiments.arms import arm_message
from headwater_server.api.translate.recommendation import DIVERSITY
from headwater_server.api.translate.values import clipped_time, time_message
from headwater_server.engine.messages.results import Result
from headwater_server.engine.reranking.rule_values import time_ms
from headwater_server.engine.rules.book import RuleChange
from headwater_server.engine.rules.previewing import DraftView, ListPreview
from headwater_server.engine.rules.views import RuleView
from headwater_server.replica.rules.answers import Titles

_LEVELS = {name: number for number, name in DIVERSITY.items() if name}
_FIELDS = {
    "pin": ("slot", "item_ids"),
    "boost": ("by", "times"),
    "bury": ("by", "times"),
    "cap": ("most", "field"),
    "hide": ("event_types", "days"),
    "diversity": ("level",),
}


def rule_message(value: Mapping[str, Any]) -> rule_pb2.Rule:
    """Return an object of the setting `rules` as a message."""
    kind = value["kind"]
    given = {name: value[name] for name in _FIELDS[kind] if name in value}
    if kind == "diversity":
        given["level"] = _LEVELS[given["level"]]
    rule = rule_pb2.Rule(
        name=value["name"],
        filter=value.get("filter", ""),
        placements=value.get("placements", ()),
        start_time=_time(value["start"]) if "start" in value else None,
        end_time=_time(value["end"]) if "end" in value else None,
    )
    getattr(rule, kind).SetInParent()
    for name, one in given.items():
        _set(getattr(rule, kind), name, one)
    return rule


def _time(text: str) -> Timestamp:
    """Return a rule's time, which its zone may put outside of the years 1 to 9999."""
    return clipped_time(time_ms(text))


def _set(message: Any, name: str, value: Any) -> None:
    if isinstance(value, list | tuple):
        getattr(message, name).extend(value)
    else:
        setattr(message, name, value)


def view_message(view: RuleView, warnings: Sequence[str] = ()) -> rule_pb2.Rule:
    """Return a rule with how it stands."""
    rule = rule_message(view.rule)
    rule.revision, rule.who, rule.reason = view.revision, view.who, view.reason
    rule.source = rule_pb2.RuleSource.Value(f"RULE_SOURCE_{view.source.upper()}")
    rule.status = rule_pb2.RuleStatus.Value(f"RULE_STATUS_{view.status.upper()}")
    rule.overrides_settings = view.overridden
    rule.warnings.extend(warnings)
    if time := time_message(view.time_ms):
        rule.update_time.CopyFrom(time)
    return rule


def change_message(change: RuleChange) -> rule_pb2.RuleChange:
    """Return one change."""
    message = rule_pb2.RuleChange(
        revision=change.revision,
        name=change.name,
        change_time=time_message(change.time_ms),
        who=change.who,
        reason=change.reason,
        previous_revision=change.previous_revision,
        to_settings=change.to_settings,
    )
    for name in ("before", "after"):
        if text := getattr(change, name):
            getattr(message, name).CopyFrom(rule_message(json.loads(text)))
    if change.restores >= 0:
        message.restored_revision = change.restores
    return message


def draft_message(view: DraftView) -> pb.DraftPreview:
    """Return what a draft fits."""
    return pb.DraftPreview(name=view.name, items_passing=view.items_passing, warnings=view.warnings)


def list_message(preview: ListPreview, titles: Titles) -> pb.ListPreview:
    """Return both lists and what moved."""
    return pb.ListPreview(
        visitor_id=preview.request.visitor_id,
        placement=preview.request.placement,
        before=_items(preview.before.results, titles),
        after=_items(preview.after.results, titles),
        moves=[
            pb.RuleMove(
                item_id=move.item_id,
                title=titles.get(move.item_id, ""),
                before=move.before,
                after=move.after,
                rules=move.rules,
                reason=move.reason,
            )
            for move in preview.moves
        ],
        arms=[arm_message(arm) for arm in preview.arms],
        note=preview.note,
    )


def _items(results: Iterable[Result], titles: Titles) -> list[pb.PreviewedItem]:
    return [
        pb.PreviewedItem(
            item_id=result.item_id,
            title=titles.get(result.item_id, ""),
            score=result.score,
            rules=result.rules,
        )
        for result in results
    ]
