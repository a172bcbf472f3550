"""A file of items: `item_id` and feature columns, all checked before the first row is used."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from headwater_server.engine.messages.entries import Item, ItemWrite
from headwater_server.engine.messages.events import ContextValue
from headwater_server.evaluation.table import Table, open_table
from headwater_server.reading.cells import id_problem, parse_number
from headwater_server.reading.problems import Problems

TITLE = ("title", "description")
CATEGORIES = ("categories", "genres")
PRICE = ("price", "median_price")
FIELDS = ("image_uri", "uri", "group_id")


@dataclass(frozen=True)
class _Columns:
    """The meaning of each column. Columns without a special meaning are features."""

    title: str
    categories: str
    price: str
    numbers: tuple[str, ...]
    texts: tuple[str, ...]


def read_items(path: Path, allowed_ids: Collection[str] = ()) -> list[ItemWrite]:
    """Read a CSV file of items. Raises `BadFile` with the line, column and reason of each problem.

    ``title`` or ``description`` is the title, ``categories`` or ``genres`` the categories (with
    ``|`` between them), ``price`` or ``median_price`` the price. A column is numeric if all
    its cells are, else text; an empty cell is no feature. `FIELDS` are no features.
    """
    problems = Problems(path)
    table = open_table(path)
    names = table.columns(("item_id",), problems)
    rows = _checked_rows(table, names, allowed_ids, problems)
    columns = _columns(names, rows)
    _check_prices(columns.price, rows, problems)
    problems.raise_if_any()
    return [ItemWrite(_item(row, columns)) for _, row in rows]


def _checked_rows(
    table: Table, names: list[str], allowed_ids: Collection[str], problems: Problems
) -> list[tuple[int, dict[str, str]]]:
    rows: list[tuple[int, dict[str, str]]] = []
    lines: dict[str, int] = {}
    reading = table.rows(problems)
    next(reading)
    for line, fields in reading:
        if len(fields) != len(names):
            problems.add(line, "", f"{len(fields)} fields where the header has {len(names)}")
            continue
        row = dict(zip(names, fields, strict=True))
        item_id = row["item_id"]
        reason = id_problem(item_id, allowed_ids)
        if item_id in lines:
            reason = f"{item_id!r} is on line {lines[item_id]} already"
        if reason:
            problems.add(line, "item_id", reason)
        lines.setdefault(item_id, line)
        rows.append((line, row))
    return rows


def _columns(names: list[str], rows: list[tuple[int, dict[str, str]]]) -> _Columns:
    def first(choices: tuple[str, ...]) -> str:
        return next((name for name in choices if name in names), "")

    title, categories, price = first(TITLE), first(CATEGORIES), first(PRICE)
    taken = {"item_id", title, categories, price, *FIELDS}
    features = [name for name in names if name not in taken]
    numbers = tuple(name for name in features if _is_numeric(name, rows))
    texts = tuple(name for name in features if name not in numbers)
    return _Columns(title, categories, price, numbers, texts)


def _is_numeric(name: str, rows: list[tuple[int, dict[str, str]]]) -> bool:
    cells = [row[name] for _, row in rows if row[name]]
    return bool(cells) and all(parse_number(cell) is not None for cell in cells)


def _check_prices(column: str, rows: list[tuple[int, dict[str, str]]], problems: Problems) -> None:
    for line, row in rows if column else ():
        price = parse_number(row[column] or "0")
        if price is None or price < 0:
            problems.add(line, column, f"{row[column]!r} is not a price")


def _item(row: dict[str, str], columns: _Columns) -> Item:
    features: list[tuple[str, ContextValue]] = []
    features += [(name, float(row[name])) for name in columns.numbers if row[name]]
    features += [(name, row[name]) for name in columns.texts if row[name]]
    categories = row.get(columns.categories, "").split("|")
    price = row.get(columns.price, "")
    return Item(
        item_id=row["item_id"],
        title=row.get(columns.title, ""),
        categories=tuple(dict.fromkeys(name.strip() for name in categories if name.strip())),
        price=float(price) if price else None,
        features=tuple(sorted(features, key=lambda pair: pair[0])),
        image_uri=row.get("image_uri", ""),
        uri=row.get("uri", ""),
        group_id=row.get("group_id", ""),
    )
