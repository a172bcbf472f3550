"""What an import sends to a running server is the item that it read."""

from headwater.wire.items import upsert_items_request
from headwater_server.api.translate.catalog import upsert_items_request as read
from headwater_server.cli.importing.sender import to_client_item
from headwater_server.engine.messages.entries import Item, ItemWrite


def test_no_field_of_an_item_is_lost_on_the_way():
    item = Item(
        "shirt-4-M",
        "Shirt",
        ("shirts > summer",),
        9.5,
        "EUR",
        available=False,
        tags=("new",),
        features=(("color", "red"), ("grams", 250.0)),
        publish_time_ms=1_700_000_000_000,
        expire_time_ms=1_800_000_000_000,
        image_uri="https://cdn.example/4.jpg",
        uri="/p/4",
        group_id="shirt-4",
    )
    assert all(getattr(item, name) for name in Item.__dataclass_fields__ if name != "available")
    [write] = read(upsert_items_request([to_client_item(ItemWrite(item))], (), None))
    assert write.item == item
