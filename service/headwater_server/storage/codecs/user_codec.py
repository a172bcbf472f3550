"""Encodes and decodes writes to accounts."""

from __future__ import annotations

from headwater_server.engine.messages.entries import UserWrite
from headwater_server.log.v1 import entry_pb2 as pb
from headwater_server.storage.codecs.feature_codec import decode_features, encode_features


def encode_user_write(write: UserWrite) -> pb.UserWrite:
    """Return the stored form of ``write``."""
    return pb.UserWrite(
        user_id=write.user_id,
        features=encode_features(write.features),
        fields=write.fields,
        set_time_ms=write.set_time_ms,
    )


def decode_user_write(stored: pb.UserWrite) -> UserWrite:
    """Decode the result of `encode_user_write`."""
    return UserWrite(
        user_id=stored.user_id,
        features=decode_features(stored.features),
        fields=tuple(stored.fields),
        set_time_ms=stored.set_time_ms if stored.HasField("set_time_ms") else None,
    )
