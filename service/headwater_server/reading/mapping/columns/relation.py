"""The source of a choice: one table, or the form's own SQL over several."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.reading.mapping.columns.sources import Query, Source, source_of
from headwater_server.reading.mapping.forms.form import Form
from headwater_server.reading.mapping.matching import named_tables
from headwater_server.reading.opening.table import Table


def source_for(form: Form, tables: Sequence[Table]) -> Source:
    """Return the source of the tables under a form."""
    if form.sql:
        return Query(form, named_tables(form, tables))
    return source_of(form, tables[0])
