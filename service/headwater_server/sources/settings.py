"""The setting that names sources."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SourcesSettings:
    """What is read from elsewhere into the log."""

    sources: dict[str, dict[str, str]] = field(
        default_factory=dict,
        metadata={
            "help": "topics of Kafka and Redis Streams whose messages are read into the log, each "
            "once: NAME=URL with spaces between several, such as "
            "clicks=kafka://host:9092/clicks?kind=events; in the file a table [sources.NAME] "
            "with url (@PATH reads it from a file), kind (events, items or debezium), format "
            "(json or protobuf), preset, map, columns, types, start, on_delete, stream, field: "
            "docs/sources.md. A source's name is where its position is kept"
        },
    )
