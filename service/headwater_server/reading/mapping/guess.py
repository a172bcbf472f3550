"""Writes a mapping to edit for a file that no preset knows: by the names of its columns."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from headwater_server.reading.mapping.forms.form import Role
from headwater_server.reading.mapping.names import same
from headwater_server.reading.opening.table import Table

EVENTS: Mapping[str, tuple[str, ...]] = {
    "event_time": (
        "event-time", "timestamp", "time", "event-timestamp", "ts", "datetime", "created-at",
        "when", "at", "date", "occurred-at", "order-date", "created", "event-date", "unix-time", "day",
    ),
    "event_type": (
        "event-type", "event", "type", "action", "event-name", "behavior", "behavior-type",
        "what", "interaction", "interaction-type", "activity", "verb", "kind",
    ),
    "visitor_id": (
        "visitor-id", "visitorid", "visitor", "user-pseudo-id", "anonymous-id", "anonymousid", "client-id", "clientid", "client",
        "device-id", "cookie-id", "cookie", "session-id", "sessionid",
    ),
    "user_id": (
        "user-id", "userid", "user", "who", "customer-id", "customerid", "customer", "uid", "account-id",
        "member-id", "buyer-id", "shopper-id", "email",
    ),
    "item_id": (
        "item-id", "itemid", "item", "product-id", "productid", "product", "sku", "article-id",
        "articleid", "movieid", "isbn", "asin", "variant-id", "content-id", "ean",
    ),
    "order_id": ("order-id", "orderid", "order", "invoice", "invoiceno", "transaction-id",
                 "transactionid", "order-number"),
    "quantity": ("quantity", "qty", "amount", "count", "units"),
    "price": ("price", "unit-price", "unitprice", "item-price"),
    "currency_code": ("currency", "currency-code", "order-currency"),
    "value": ("rating", "value", "score", "stars"),
    "session_id": ("session-id", "sessionid", "session", "visit-id"),
    "event_id": ("event-id", "eventid", "message-id", "messageid", "uuid"),
}  # fmt: skip
ITEMS: Mapping[str, tuple[str, ...]] = {
    "item_id": (*EVENTS["item_id"], "id", "handle", "code"),
    "title": ("title", "name", "product-name", "item-name", "description", "label"),
    "categories": ("categories", "category", "genres", "genre", "product-type", "category-path"),
    "price": (*EVENTS["price"], "sale-price", "amount"),
    "currency_code": EVENTS["currency_code"],
    "available": ("available", "availability", "in-stock", "instock", "stock-status", "status"),
    "quantity": ("stock", "stock-quantity", "inventory", "quantity", "qty"),
    "tags": ("tags", "labels", "keywords"),
    "publish_time": ("publish-time", "published-at", "created-at", "creation-timestamp"),
    "parent": ("parent", "parent-id", "item-group-id", "product-group", "parent-sku"),
}
_NEEDED = {"events": ("event_time", "event_type", "item_id"), "items": ("item_id",)}


def guess(table: Table) -> str:
    """Return a mapping as TOML, with a question mark where nothing was found.

    >>> table = Table("e.csv", Path("e.csv"), "t", "rows", ("when", "client_id", "sku"))
    >>> print(guess(table).splitlines()[4])
    match = ["when", "client_id", "sku"]
    """
    names = _names(table)
    role = _role(names)
    known = EVENTS if role == "events" else ITEMS
    found = {field: name for field, words in known.items() if (name := _first(words, names))}
    found = _in_one_list(found, table)
    if "visitor_id" in found and found.get("session_id") == found["visitor_id"]:
        del found["session_id"]
    missing = [field for field in _NEEDED[role] if field not in found]
    if role == "events" and not {"visitor_id", "user_id"} & set(found):
        missing.append("visitor_id")
    return "\n".join(_lines(table, role, names, found, missing)) + "\n"


def _lines(
    table: Table, role: Role, names: Sequence[str], found: Mapping[str, str], missing: Sequence[str]
) -> list[str]:
    lines = [
        f"# A mapping for {table.name}: edit it, then import with --map FILE (docs/import.md).",
        f"# Its columns: {', '.join(names)}",
        f"name = {_text(Path(table.name).stem)}",
        f"[[{role}]]",
        f"match = [{', '.join(map(_text, names if table.kind == 'rows' else found.values()))}]",
    ]
    if exploded := _list_of(found, table):
        lines.append(f"explode = {_text(exploded)}")
        found = {field: _within(name, exploded) for field, name in found.items()}
    if role == "items":
        lines.append('features = "rest"')
    lines.append(f"[{role}.columns]")
    lines += [f"{field} = {_text(name)}" for field, name in found.items()]
    lines += [f'# {field} = "?"  # needed: which column is it?' for field in missing]
    if role == "events":
        lines += _about_types(table, found)
    return lines


def _about_types(table: Table, found: Mapping[str, str]) -> list[str]:
    if "event_type" not in found:
        return [
            "[events.defaults]",
            '# event_type = "purchase-complete"  # if all rows are the same',
        ]
    words = sorted({str(row.get(found["event_type"]) or "") for row in table.sample} - {""})[:20]
    about = '# theirs = ours; "" leaves rows out. Ours: detail-page-view, click, add-to-cart, …'
    return ["[events.types]", about, *(f'# {_text(same(word))} = "?"' for word in words)]


def _names(table: Table) -> list[str]:
    if table.kind == "rows":
        return [name or f"column {number}" for number, name in enumerate(table.columns, start=1)]
    return sorted(path.replace("[]", "") for path in table.paths() if not path.endswith("[]"))


def _role(names: Sequence[str]) -> Role:
    people = (*EVENTS["visitor_id"], *EVENTS["user_id"])
    acts = _first(people, names) or _first(EVENTS["event_type"][:6], names)
    return "events" if acts else "items"


def _first(words: Sequence[str], names: Sequence[str]) -> str:
    """Return the name that says the earliest of ``words``, at its end if it is a path."""
    short = {same(name.rsplit(".", 1)[-1]): name for name in reversed(names)}
    return next((short[word] for word in words if word in short), "")


def _lists(table: Table) -> set[str]:
    return {path[:-2].replace("[]", "") for path in table.paths() if path.endswith("[]")}


def _list_of(found: Mapping[str, str], table: Table) -> str:
    """Return the list that holds the item, if it is in one: `items` of `items.item_id`."""
    before = found.get("item_id", "").rpartition(".")[0]
    return before if before in _lists(table) else ""


def _in_one_list(found: Mapping[str, str], table: Table) -> dict[str, str]:
    """Return the fields that stand outside of all lists, or in that of the item."""
    others = _lists(table) - {_list_of(found, table)}
    return {
        field: name
        for field, name in found.items()
        if not any(name.startswith(one + ".") for one in others)
    }


def _within(name: str, exploded: str) -> str:
    return "@" + name.removeprefix(exploded + ".") if name.startswith(exploded + ".") else name


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
