"""The files of the page: config.json and catalogue.json."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from headwater_server.cli.demo.shop.goods import CURRENCY, Goods
from headwater_server.evaluation.shop_history import ShopHistory

ITEMS_MAX = 20_000  # of your own file: the items with most events; a page must load them
PLACEMENTS = ("home", "category", "product", "basket")
Entry = dict[str, Any]


@dataclass(frozen=True)
class Words:
    """The name of the shop, and its texts."""

    name: str
    headline: str
    tagline: str


def write_page_files(
    directory: Path, words: Words, page_key: str, products: Sequence[Entry]
) -> None:
    """Write both files, each as a whole, since the page may read at the same time."""
    directory.mkdir(parents=True, exist_ok=True)
    config = {"pageKey": page_key, "placements": PLACEMENTS, "currency": CURRENCY}
    _write(directory / "config.json", asdict(words) | config)
    _write(directory / "catalogue.json", {"products": products})


def _write(path: Path, content: object) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")
    draft.chmod(0o600)
    draft.replace(path)


def of_goods(goods: Goods) -> list[Entry]:
    """Return the entries of the simulated shop."""
    return [
        {
            "id": product.item_id,
            "name": product.name,
            "maker": product.maker,
            "colour": product.colour,
            "category": product.category,
            "price": product.price,
            "tags": product.tags,
            "text": product.text,
            "motif": product.kind,
        }
        for product in goods.products
    ]


def of_history(history: ShopHistory) -> list[Entry]:
    """Return the entries of your own files: the items with most events, then the others."""
    interactions = Counter(history.file.item_ids)
    named = {write.item.item_id: write.item for write in history.items}
    ids = dict.fromkeys([*(name for name, _ in interactions.most_common()), *named])
    entries: list[Entry] = []
    for item_id in list(ids)[:ITEMS_MAX]:
        item = named.get(item_id)
        category = item.categories[0] if item and item.categories else ""
        entry: Entry = {"id": item_id, "name": (item and item.title) or item_id}
        entry |= {"category": category, "colour": category or item_id, "motif": ""}
        if item and item.price is not None:
            entry["price"] = item.price
        entries.append(entry)
    return entries
