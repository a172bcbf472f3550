"""Gorse's items and users as writes to our catalogue and accounts."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from headwater_server.engine.messages.entries import Item, ItemWrite, UserWrite
from headwater_server.evaluation.gorse.records import Export, Kind, Record, read_export
from headwater_server.evaluation.gorse.values import labels, texts, time_ms, truth
from headwater_server.flattening import LABEL_BYTES_MAX, cut
from headwater_server.reading.cells import id_problem, length_problem
from headwater_server.reading.problems import Problems

TITLE_BYTES_MAX = 1024
LABELS_MAX = 100


def read_items(path: Path, allowed_ids: Collection[str] = ()) -> list[ItemWrite]:
    """Read items: hidden ones are not available, labels become features and tags."""
    export = read_export(path, Kind.ITEMS)
    _check_ids(export, "itemid", "ItemId", allowed_ids)
    writes = [ItemWrite(_item(record, export.problems)) for record in export.records]
    export.problems.raise_if_any()
    return writes


def read_users(path: Path, allowed_ids: Collection[str] = ()) -> list[UserWrite]:
    """Read users as accounts; those without labels need no write."""
    export = read_export(path, Kind.USERS)
    _check_ids(export, "userid", "UserId", allowed_ids)
    export.problems.raise_if_any()
    accounts = ((record.fields["userid"], _features(record.fields)) for record in export.records)
    return [UserWrite(user_id, features) for user_id, features in accounts if features]


def _features(fields: dict[str, Any]) -> tuple[tuple[str, str | float], ...]:
    """Return an account's features: a label of a plain list is a feature that is present."""
    features, tags = labels(fields.get("labels"))
    named = dict(features) | {tag[:LABEL_BYTES_MAX]: 1.0 for tag in tags if not length_problem(tag)}
    return tuple(sorted(named.items())[:LABELS_MAX])


def _item(record: Record, problems: Problems) -> Item:
    fields = record.fields
    hidden, published_ms = truth(fields.get("ishidden")), time_ms(fields.get("timestamp"))
    if isinstance(hidden, str):
        problems.add(record.line, "IsHidden", hidden)
    if isinstance(published_ms, str):
        problems.add(record.line, "Timestamp", published_ms)
    features, tags = labels(fields.get("labels"))
    return Item(
        item_id=str(fields.get("itemid", "")),
        title=cut(str(fields.get("comment") or ""), TITLE_BYTES_MAX),
        categories=_short(texts(fields.get("categories"))),
        available=hidden is False,
        tags=_short(tags),
        features=features,
        publish_time_ms=published_ms if isinstance(published_ms, int) else 0,
    )


def _check_ids(export: Export, name: str, column: str, allowed_ids: Collection[str]) -> None:
    lines: dict[str, int] = {}
    for line, fields in export.records:
        value = fields.get(name, "")
        reason = "missing" if not isinstance(value, str) else id_problem(value, allowed_ids)
        if not reason and value in lines:
            reason = f"{value!r} is in record {lines[value]} already"
        if reason:
            export.problems.add(line, column, reason)
        lines.setdefault(str(value), line)


def _short(values: list[str]) -> tuple[str, ...]:
    return tuple(cut(value, LABEL_BYTES_MAX) for value in values[:LABELS_MAX])
