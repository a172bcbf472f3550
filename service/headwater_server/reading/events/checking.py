"""Checks of a file's rows: every kind of problem at once, with its first line and its rows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from headwater_server.engine.clock import AHEAD_MAX_MS, ahead_problem
from headwater_server.engine.intake.admission import CURRENCY
from headwater_server.engine.intake.limits import (
    ID_BYTES_MAX,
    NUMBER_MAX,
    POSITION_MAX,
    QUANTITY_MAX,
    REWARD_MAX,
)
from headwater_server.engine.intake.placeholders import placeholder
from headwater_server.engine.messages.rewards import PURCHASE, RATING
from headwater_server.engine.setting_values.event_types import ALIASES
from headwater_server.reading.events.staging import Staged
from headwater_server.reading.numbers import shape
from headwater_server.reading.opening.joining import where
from headwater_server.reading.problems import BadFile, Problem, Problems
from headwater_server.reading.session import Session
from headwater_server.reading.shown import price_problem, shown_number, shown_time
from headwater_server.reading.time_advice import LOOK_AT, advice
from headwater_server.reading.times import EARLIEST_MS

_SUSPICIOUS = r"[^0-9A-Za-z_.:-]|undefined|null|none|nil|nan"
NO_ID = "an object or a list, and not an ID; name what is in it, such as --column user_id=user.id"
JOINED = "files were joined into one; give them as they were"
_IDS = ("visitor_id", "user_id", "item_id")
_LONG = ("session_id", "placement", "event_id")


@dataclass(frozen=True)
class Rules:
    """What rows are checked against: the engine's types and allowed ids, and the clock."""

    known_types: frozenset[str]
    allowed_ids: Collection[str] = ()
    now_ms: int = 0
    earliest_ms: int = EARLIEST_MS


@dataclass
class _Kind:
    """A kind of problem: rows that meet ``condition``. ``shown`` is a column for the text."""

    column: str
    condition: str
    reason: str
    shown: str = "NULL"
    rows: int = 0
    first: int = 0
    cell: str | None = None


@dataclass
class Found:
    """The problems of one file; ``rows`` maps problems to the row that their line is found of."""

    staged: Staged
    kinds: list[_Kind] = field(default_factory=list)

    def bad_files(self, extra: Mapping[str, Sequence[Problem]], session: Session) -> list[BadFile]:
        """Return the problems as errors: one for each file that has the first row of a kind."""
        kinds = sorted(self.kinds, key=lambda kind: kind.first)
        part = self.staged.part
        places = where(part.table, {kind.first for kind in kinds}, session)
        files = {name: Problems(Path(name)) for name in extra}
        for name, problems in extra.items():
            for one in problems:
                files[name].add(one.line, one.column, one.reason, rows=one.rows)
        for kind in kinds:
            column, at = part.label(kind.column) if kind.column else "", places[kind.first]
            file = files.setdefault(at.name, Problems(Path(at.name)))
            file.add(at.line, column, kind.reason, rows=kind.rows)
        return [bad for file in files.values() for bad in file.found()]


def check(staged: Staged, rules: Rules, session: Session) -> Found:
    """Check every row of a file."""
    found = Found(staged)
    found.kinds += _counted(_kinds(rules), staged, session)
    found.kinds += _type_kinds(staged, rules, session)
    found.kinds += _id_kinds(staged, rules, session)
    for kind in found.kinds:
        kind.reason = _worded(kind, staged, rules, session)
    return found


def _kinds(rules: Rules) -> list[_Kind]:
    far = f"abs({{}}) > {NUMBER_MAX!r}"
    kinds = [
        _Kind("event_time", "time_ms IS NULL AND coalesce(time_text, '') = ''", "empty"),
        _Kind("event_time", "time_text <> ''", "no time", "time_text"),
        _Kind("event_time", f"time_ms < {rules.earliest_ms}", "early", "time_ms"),
        _Kind("event_time", f"time_ms > {rules.now_ms + AHEAD_MAX_MS}", "ahead", "time_ms"),
        _Kind(
            "value", f"bad_value IS NOT NULL OR {far.format('value')}", "no number", _cell("value")
        ),
        _Kind(
            "value",
            f"event_type = '{RATING}' AND bad_value IS NULL "
            "AND (value IS NULL OR NOT value BETWEEN 0 AND 5)",
            "rating",
            "value",
        ),
        _Kind(
            "reward",
            f"bad_reward IS NOT NULL OR NOT reward BETWEEN -{REWARD_MAX} AND {REWARD_MAX}",
            "reward",
            _cell("reward"),
        ),
        _Kind(
            "quantity", f"bad_quantity IS NOT NULL OR {far.format('quantity')}", "no number",
            _cell("quantity"),
        ),
        _Kind("price", f"bad_price IS NOT NULL OR {far.format('price')}", "price", _cell("price")),
        _Kind("price", "price < 0", "price", _cell("price")),
        _Kind("currency_code", "strlen(currency_code) > 3", "no currency such as EUR"),
        _Kind(
            "position",
            f"bad_position IS NOT NULL OR NOT position BETWEEN 0 AND {POSITION_MAX} "
            "OR position <> floor(position)",
            "position",
            _cell("position"),
        ),
    ]  # fmt: skip
    kinds += [_Kind(name, f"{name} = ''", "empty") for name in ("visitor_id", "item_id")]
    longer = f"longer than {ID_BYTES_MAX} bytes"
    kinds += [_Kind(n, f"strlen({n}) > {ID_BYTES_MAX}", longer) for n in (*_IDS, *_LONG)]
    return kinds + _goods_kinds()


def _goods_kinds() -> list[_Kind]:
    """Return what is not admitted of pieces and currencies (`engine/intake/admission.py`)."""
    bought = [PURCHASE, *(alias for alias, name in ALIASES.items() if name == PURCHASE)]
    names = ", ".join(f"'{name}'" for name in bought)
    return [
        _Kind(
            "quantity",
            f"abs(quantity) > {QUANTITY_MAX!r} AND abs(quantity) <= {NUMBER_MAX!r}",
            f"beyond {QUANTITY_MAX:,.0f} pieces",
        ),
        _Kind(
            "quantity",
            f"quantity = 0 AND event_type IN ({names})",
            "a purchase of 0 pieces; leave the row out",
        ),
        _Kind(
            "currency_code",
            f"strlen(currency_code) <= 3 AND NOT regexp_full_match(currency_code, '({CURRENCY})?')",
            "not three letters, such as EUR",
        ),
    ]


def _cell(name: str) -> str:
    """Return SQL of what a message shows: the text, or the number where the text is one."""
    number = f"CASE WHEN {name} = floor({name}) AND abs({name}) < 1e15 THEN {name}::BIGINT::VARCHAR"
    return f"coalesce(bad_{name}, {number} ELSE {name}::VARCHAR END)"


def _counted(kinds: list[_Kind], staged: Staged, session: Session) -> Iterator[_Kind]:
    """Yield the kinds that occur. Nearly always there are none, which one quick pass shows."""
    any_of = " OR ".join(f"({kind.condition})" for kind in kinds)
    if not session.row(
        f"SELECT count(*) FROM {staged.table} WHERE left_out IS NULL AND ({any_of})"
    )[0]:
        return
    parts = [
        f"count(*) FILTER (WHERE {kind.condition}), min(_line) FILTER (WHERE {kind.condition})"
        for kind in kinds
    ]
    row = session.row(f"SELECT {', '.join(parts)} FROM {staged.table} WHERE left_out IS NULL")
    for place, kind in enumerate(kinds):
        kind.rows, kind.first = row[2 * place], row[2 * place + 1] or 0
        if kind.rows:
            if kind.shown != "NULL":
                sql = f"SELECT {kind.shown} FROM {staged.table} WHERE _line = {kind.first} "
                kind.cell = session.row(f"{sql} AND {kind.condition} LIMIT 1")[0]
            yield kind


def _type_kinds(staged: Staged, rules: Rules, session: Session) -> Iterator[_Kind]:
    sql = (
        f"SELECT event_type, count(*), min(_line) FROM {staged.table} "
        "WHERE left_out IS NULL GROUP BY 1"
    )
    for name, rows, first in session.rows(sql):
        if ALIASES.get(name, name) not in rules.known_types:
            label = staged.part.label("event_type")
            reason = f"the header again: {JOINED}" if name == label else _unknown(name, rules)
            yield _Kind("event_type", "", reason, rows=rows, first=first)


def _unknown(name: str, rules: Rules) -> str:
    if not name:
        return "empty"
    shown = name if len(name) <= 40 and "@" not in name else shape(name)
    return (
        f"unknown type {shown!r}; say what it is with --type {shown}=click, leave it out with "
        f"--type {shown}=, or give it a reward of its own with --rewards; known are "
        f"{', '.join(sorted(rules.known_types | ALIASES.keys()))}"
    )


def _id_kinds(staged: Staged, rules: Rules, session: Session) -> Iterator[_Kind]:
    for name in _IDS:
        sql = (
            f"SELECT {name}, count(*), min(_line) FROM {staged.table} WHERE left_out IS NULL "
            f"AND {name} <> '' AND regexp_matches({name}, '{_SUSPICIOUS}', 'i') GROUP BY 1"
        )
        reasons: dict[str, _Kind] = {}
        cursor = session.connection.execute(sql)
        while rows := cursor.fetchmany(10_000):
            for text, count, first in rows:
                if reason := _no_id(text) or placeholder(text, rules.allowed_ids):
                    kind = reasons.setdefault(reason, _Kind(name, "", reason, first=first))
                    kind.rows += count
                    kind.first = min(kind.first, first)
        for kind in reasons.values():
            if kind.reason != NO_ID:
                kind.reason += "; remove the rows, or set allowed_ids"
        yield from reasons.values()


def _no_id(text: str) -> str:
    is_value = text.startswith(('{"', '["', "[{")) and text.endswith(("}", "]"))
    return NO_ID if is_value else ""


def _no_time(cell: str, kind: _Kind, staged: Staged, session: Session) -> str:
    """Return the way out: the format that most rows have, or of a few bad rows what others are."""
    if cell.startswith("\ufeff"):
        return f"a byte order mark before it: {JOINED}"
    if 2 * kind.rows <= staged.rows:
        return (
            f"{shown_time(cell)} is no time as the others ({staged.time.said}); correct them, "
            "or give the format of all with --time-format, such as '%d/%m/%Y %H:%M'"
        )
    sql = f"SELECT DISTINCT time_text FROM {staged.table} WHERE time_text <> '' LIMIT {LOOK_AT}"
    texts = [row[0] for row in session.rows(sql)]
    return f"{shown_time(cell)} is no time that is known; {advice(texts)}"


def _worded(kind: _Kind, staged: Staged, rules: Rules, session: Session) -> str:
    """Return the reason with what the first row shows; of a person's cell only its shape."""
    cell = "" if kind.cell is None else str(kind.cell)
    if kind.reason == "no time":
        return _no_time(cell, kind, staged, session)
    if kind.reason == "early":
        return f"{int(cell) / 1000:.0f} s since 1970 lies before 1990; give the unit or --time-zero"
    if kind.reason == "ahead":
        return f"{ahead_problem(int(cell), rules.now_ms)}, the time of this machine"
    if kind.reason == "no number":
        return f"{shown_number(cell)} is no number up to {NUMBER_MAX:g}"
    if kind.reason == "reward":
        return f"{shown_number(cell)} is no number from -1 to 1"
    if kind.reason == "position":
        return f"{shown_number(cell)} is no whole number from 1 to {POSITION_MAX}"
    if kind.reason == "price":
        return price_problem(cell)
    if kind.reason == "rating":
        given = f"{float(cell):g} is" if cell else "empty is"
        return f"{given} no rating: a number from 0 to 5; give the highest one with --scale 10"
    return kind.reason
