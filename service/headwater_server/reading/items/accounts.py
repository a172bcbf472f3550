"""The rows of files of users as writes of accounts."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from headwater_server.engine.messages.entries import UserWrite
from headwater_server.reading.cells import id_problem
from headwater_server.reading.items.catalogue import named_features
from headwater_server.reading.items.limits import feature_problems
from headwater_server.reading.mapping.compiled import Choice, CompiledUsers
from headwater_server.reading.opening.joining import where
from headwater_server.reading.problems import BadFile, Problems
from headwater_server.reading.session import Session


def read_users(
    choice: Choice, compiled: CompiledUsers, session: Session, allowed_ids: Collection[str] = ()
) -> tuple[list[UserWrite], list[BadFile]]:
    """Return the accounts of a file that have features, and what is wrong with it."""
    table = choice.tables[0]
    files: dict[str, Problems] = {}
    writes: dict[str, UserWrite] = {}
    sql = f"SELECT _line, user_id, features FROM ({compiled.sql}) WHERE coalesce(left_out, '') = ''"
    for line, given, text in session.rows(sql):
        user_id = given or ""
        features = tuple(sorted(named_features(json.loads(text) if text else {})))
        reasons = [("user_id", reason) for reason in [id_problem(user_id, allowed_ids)] if reason]
        for column, reason in [*reasons, *feature_problems(features)]:
            at = where(table, {line}, session)[line]
            problems = files.setdefault(at.name, Problems(Path(at.name)))
            problems.add(at.line, compiled.labels.get(column, column), reason)
        if features:
            writes[user_id] = UserWrite(user_id, features)
    return list(writes.values()), [bad for file in files.values() for bad in file.found()]
