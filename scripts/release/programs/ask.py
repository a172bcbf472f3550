"""Ask a server with the installed client: an item that is written is recommended."""

import sys

from headwater import Client, Event, Item

with Client(sys.argv[1]) as client:
    client.upsert_items([Item("boots", title="Boots"), Item("tent", title="Tent")])
    learned = client.feedback([Event("click", "visitor-1", items=["boots"])])
    if not client.recommend("visitor-1", min_offset=learned.offset).item_ids:
        sys.exit("an empty list")
