"""A new visitor before and after three clicks: the next list has learned from them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from headwater import AsyncClient, Event, Item

SLOTS = 5


async def show_newcomer(
    client: AsyncClient, clicks: Sequence[str], items: Sequence[Item], visitor_id: str
) -> Table:
    """Recommend, click three times, recommend again; return both lists with a reason."""
    names = {item.item_id: _name(item) for item in items}
    before = await client.recommend(visitor_id, page_size=SLOTS, explore=False)
    offset = ""
    for item_id in clicks:
        offset = (await client.feedback([Event("click", visitor_id, items=[item_id])])).offset
    after = await client.recommend(
        visitor_id, page_size=SLOTS, explore=False, min_offset=offset, explain=True
    )
    table = Table("first list", "clicks", "next list", header_style="bold")
    for slot in range(SLOTS):
        cells = (before.item_ids, list(clicks), after.item_ids)
        table.add_row(
            *(names.get(ids[slot], ids[slot]) if slot < len(ids) else "" for ids in cells)
        )
    first = next(iter(after.results), None)
    if first and first.explanation:  # an overloaded server leaves it out
        table.caption = f"Why {escape(_title(items, first.item_id))}? {escape(first.explanation)}"
    return table


def _title(items: Sequence[Item], item_id: str) -> str:
    return next((i.title for i in items if i.item_id == item_id and i.title), item_id)


def _name(item: Item) -> str:
    return f"{item.title or item.item_id} [dim]{', '.join(item.categories)}[/]"
