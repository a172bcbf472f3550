"""Ids that are e-mail addresses become hashes: the log, the console and exports never hold one.

The id is `e-` and the first 32 digits of `sha256(KEY:address)`, with the address trimmed and in
lower case, and KEY the sha256 of the salt in hex. So a later export of the same shop gives the same
ids, on any machine, and a shop can compute them for its live events.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from duckdb import DuckDBPyConnection

from headwater_server.reading.mapping.columns.sources import placeholders
from headwater_server.reading.mapping.forms.form import Column, Form
from headwater_server.reading.mapping.names import same
from headwater_server.reading.sql import text_sql

IDS = ("visitor_id", "user_id")
ADDRESS = r"^\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*$"
HASHED = "^e-[0-9a-f]{32}$"
FIRST = 1000
SAID_HASHED = "{}: e-mail addresses are ids as hashes, {:,} of them; {}"
UNSALTED = (
    "who has the log and a list of addresses can test which of them are in it, unless --id-salt "
    "@FILE gives a secret of your own"
)
SALTED = "they stay the same as long as --id-salt does"
KEPT = "{}: ids look like e-mail addresses and are kept as they are; --emails hash hides them"


def is_named_so(name: str) -> bool:
    """Return whether a column's name says that it holds e-mail addresses.

    >>> is_named_so("Billing Email"), is_named_so("customer.e-mail"), is_named_so("mailbox")
    (True, True, False)
    """
    plain = same(name).replace("-", "")
    return "email" in plain or plain.endswith("mail")


def hashes(form: Form, field: str) -> bool:
    """Return whether the addresses of a field become hashes: asked for, or named so."""
    column = form.columns.get(field, Column())
    names = (*column.names, *placeholders(column.sql))
    return form.emails == "hash" or (form.emails != "keep" and any(map(is_named_so, names)))


def hashed_sql(cell: str, form: Form) -> str:
    """Return the SQL of an id: an address as its hash, any other text as it stands."""
    key = hashlib.sha256(form.id_salt.encode()).hexdigest()
    address = f"sha256({text_sql(key + ':')} || lower(trim({cell})))"
    return (
        f"CASE WHEN contains({cell}, '@') AND regexp_matches({cell}, {text_sql(ADDRESS)}) "
        f"THEN 'e-' || left({address}, 32) ELSE {cell} END"
    )


def email_notes(
    table: str, connection: DuckDBPyConnection, form: Form, labels: Mapping[str, str]
) -> tuple[str, ...]:
    """Return what the report says of addresses among the ids of a table."""
    notes = []
    for field in IDS:
        if field == "visitor_id" and field not in form.columns:  # it is the user's
            continue
        label = labels.get(field, field)
        if hashes(form, field):
            found = _count(connection, table, field, HASHED, "")
            if found:
                notes.append(SAID_HASHED.format(label, found, SALTED if form.id_salt else UNSALTED))
        elif _count(connection, table, field, ADDRESS, f"LIMIT {FIRST}") and not form.emails:
            notes.append(KEPT.format(label))
    return tuple(notes)


def _count(connection: DuckDBPyConnection, table: str, field: str, pattern: str, limit: str) -> int:
    rows = f"SELECT {field} FROM {table} {limit}"
    sql = f"SELECT count(DISTINCT {field}) FROM ({rows}) WHERE regexp_matches({field}, '{pattern}')"
    found = connection.execute(sql).fetchone() or (0,)
    return int(found[0])
