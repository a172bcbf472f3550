"""Names with a text or a number, both ways."""

from __future__ import annotations

from collections.abc import Iterable

from headwater_server.engine.messages.events import ContextValue
from headwater_server.log.v1 import entry_pb2 as pb


def encode_features(features: Iterable[tuple[str, ContextValue]]) -> list[pb.Feature]:
    """Keep the caller's order: it is part of what the engine sees."""
    return [
        pb.Feature(name=name, text=value)
        if isinstance(value, str)
        else pb.Feature(name=name, number=value)
        for name, value in features
    ]


def decode_features(features: Iterable[pb.Feature]) -> tuple[tuple[str, ContextValue], ...]:
    """Read what `encode_features` wrote."""
    return tuple(
        (f.name, f.text if f.WhichOneof("value") == "text" else f.number) for f in features
    )
