"""Encodes and decodes features: names with a text or a number."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.engine.messages.events import ContextValue
from headwater_server.log.v1 import entry_pb2 as pb


def encode_features(features: Iterable[tuple[str, ContextValue]]) -> list[pb.Feature]:
    """Encode in the caller's order, which the engine depends on."""
    return [
        pb.Feature(name=name, text=value)
        if isinstance(value, str)
        else pb.Feature(name=name, number=value)
        for name, value in features
    ]


def decode_features(features: Iterable[pb.Feature]) -> tuple[tuple[str, ContextValue], ...]:
    """Decode the result of `encode_features`."""
    return tuple(
        (f.name, f.text if f.WhichOneof("value") == "text" else f.number) for f in features
    )
