"""Ask a server with the installed client: an item that is written is recommended."""

import sys

from headwater import Client, Event, Item

with Client(sys.argv[1]) as client:
    items = [Item("boots", title="Boots"), Item("tent", title="Tent")]
    client.upsert_items(items, timeout_s=60)
    learned = client.feedback([Event("click", "visitor-1", items=["boots"])], timeout_s=60)
    if not client.recommend("visitor-1", min_offset=learned.offset, timeout_s=60).item_ids:
        sys.exit("an empty list")
