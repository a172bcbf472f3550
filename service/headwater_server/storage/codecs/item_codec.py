"""Encodes and decodes writes to the catalogue."""

from __future__ import annotations

from headwater_server.engine.messages.entries import Item, ItemDelete, ItemWrite
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.feature_codec import decode_features, encode_features


def encode_item_write(write: ItemWrite) -> pb.ItemWrite:
    """Return the stored form of ``write``."""
    item = write.item
    stored = pb.Item(
        item_id=item.item_id,
        title=item.title,
        categories=item.categories,
        price=item.price,
        currency_code=item.currency_code,
        available=item.available,
        tags=item.tags,
        features=encode_features(item.features),
        publish_time_ms=item.publish_time_ms,
        expire_time_ms=item.expire_time_ms,
        image_uri=item.image_uri,
        uri=item.uri,
        group_id=item.group_id,
    )
    return pb.ItemWrite(item=stored, fields=write.fields, set_time_ms=write.set_time_ms)


def decode_item_write(stored: pb.ItemWrite) -> ItemWrite:
    """Decode the result of `encode_item_write`."""
    item = stored.item
    return ItemWrite(
        item=Item(
            item_id=item.item_id,
            title=item.title,
            categories=tuple(item.categories),
            price=item.price if item.HasField("price") else None,
            currency_code=item.currency_code,
            available=item.available,
            tags=tuple(item.tags),
            features=decode_features(item.features),
            publish_time_ms=item.publish_time_ms,
            expire_time_ms=item.expire_time_ms,
            image_uri=item.image_uri,
            uri=item.uri,
            group_id=item.group_id,
        ),
        fields=tuple(stored.fields),
        set_time_ms=stored.set_time_ms if stored.HasField("set_time_ms") else None,
    )


def encode_item_delete(delete: ItemDelete) -> pb.ItemDelete:
    """Return the stored form of ``delete``."""
    return pb.ItemDelete(item_id=delete.item_id, set_time_ms=delete.set_time_ms, who=delete.who)


def decode_item_delete(stored: pb.ItemDelete) -> ItemDelete:
    """Decode the result of `encode_item_delete`."""
    set_time_ms = stored.set_time_ms if stored.HasField("set_time_ms") else None
    return ItemDelete(stored.item_id, set_time_ms, stored.who)
