"""Variants of a product: rows that name a parent become one item, or stay as they are."""

from __future__ import annotations

_TEXTS = (
    "title", "categories", "tags", "currency_code", "publish_time", "expire_time", "image_uri",
    "uri", "group_id", "features",
)  # fmt: skip


def folded_sql(rows: str) -> str:
    """Return one row for each product: its own cells first, then those of its variants.

    A product can be bought if any variant can; its price is its own, else the lowest.
    """
    kept = f"SELECT *, coalesce(parent, item_id) AS product FROM ({rows}) WHERE left_out IS NULL"
    ranked = f"SELECT *, (item_id <> product)::INTEGER AS far FROM ({kept})"
    order = "ORDER BY far, _line"
    firsts = ", ".join(
        f"first({name} {order}) FILTER (WHERE {_filled(name)}) AS {name}" for name in _TEXTS
    )
    own = "first(price ORDER BY _line) FILTER (WHERE far = 0 AND coalesce(price, '') <> '')"
    lowest = "arg_min(price, TRY_CAST(price AS DOUBLE))"
    variants = "bool_or(available = 'true') FILTER (WHERE far = 1 AND available IS NOT NULL)"
    folded = (
        f"SELECT min(_line) AS _line, product AS item_id, {firsts}, "
        f"coalesce({own}, {lowest}) AS price, "
        f"coalesce({variants}::VARCHAR, first(available {order})) AS available, "
        f"NULL::VARCHAR AS parent, NULL::VARCHAR AS left_out FROM ({ranked}) GROUP BY product"
    )
    rest = f"SELECT * FROM ({rows}) WHERE left_out IS NOT NULL"
    return f"SELECT * FROM ({folded}) UNION ALL BY NAME {rest}"


def filled_sql(rows: str) -> str:
    """Return every variant, with what only the first row of its product says.

    All of them, and the product itself, are one group.
    """
    window = "OVER (PARTITION BY coalesce(parent, item_id) ORDER BY _line)"
    filled = ", ".join(
        f"coalesce(CASE WHEN {_filled(name)} THEN {name} END, first_value(CASE WHEN "
        f"{_filled(name)} THEN {name} END IGNORE NULLS) {window}) AS {name}"
        for name in ("title", "categories", "tags", "image_uri", "uri", "features")
    )
    is_product = "count(parent) OVER (PARTITION BY coalesce(parent, item_id)) > 0"
    group = f"coalesce(group_id, parent, CASE WHEN {is_product} THEN item_id END)"
    filled += f", {group} AS group_id"
    return f"SELECT * REPLACE ({filled}) FROM ({rows})"


def aliases_sql(rows: str) -> str:
    """Return a SELECT of variants and their products, by id and by the name that orders use."""
    named = f"SELECT alias AS variant, coalesce(parent, item_id) AS product FROM ({rows})"
    by_id = f"SELECT item_id AS variant, parent AS product FROM ({rows})"
    return (
        f"SELECT variant AS variant_id, min(product) AS item_id FROM ({by_id} UNION ALL {named}) "
        "WHERE variant <> product AND product IS NOT NULL GROUP BY variant"
    )


def newest_sql(rows: str) -> str:
    """Return the last row of each item, where a file has many rows of one."""
    newest = "row_number() OVER (PARTITION BY item_id ORDER BY _line DESC)"
    return f"SELECT * FROM ({rows}) QUALIFY {newest} = 1"


def _filled(name: str) -> str:
    if name == "features":
        return "features <> '{}'"
    if name in {"categories", "tags"}:
        return f"len({name}) > 0"
    return f"coalesce({name}, '') <> ''"
