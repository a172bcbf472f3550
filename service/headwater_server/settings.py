"""Every setting of every part, under one flat name, from flags, environment and file.

`--visitors-max 7`, `HEADWATER_VISITORS_MAX=7` and `visitors_max = 7` in the TOML file are the same
setting. Each part declares its own settings, with unit and reason, in a dataclass.
"""

from __future__ import annotations

import sys
from dataclasses import MISSING, Field, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_type_hints

from headwater_server.api.settings import ApiSettings
from headwater_server.engine.settings import EngineSettings
from headwater_server.gateway.checks import problem
from headwater_server.gateway.settings import GatewaySettings
from headwater_server.gateway.sign_in_settings import SignInSettings, sign_in_problem
from headwater_server.personalizer.settings import PersonalizerSettings
from headwater_server.replica.settings import ReplicaSettings
from headwater_server.settings_checks import (
    BadSettings,
    check_keys,
    check_together,
    checked,
    key_warnings,
)
from headwater_server.settings_sources import odd_variables, read_sources
from headwater_server.sources.settings import SourcesSettings
from headwater_server.storage.settings import StorageSettings

Part = TypeVar("Part")


@dataclass(frozen=True)
class PlaceSettings:
    """Where the log is: on a store that you run, or on one that is started in a directory."""

    redis_url: str | None = field(
        default=None,
        metadata={
            "help": "URL of the Redis or Valkey with the log: redis://, rediss:// or unix://; "
            "redis+sentinel://host:26379,host2/NAME/0 or redis+cluster://host:6379,host2; with TLS "
            "rediss+sentinel:// and rediss+cluster://. @PATH reads it from a file"
        },
    )
    data_dir: Path | None = field(
        default=None,
        metadata={
            "help": "directory for an embedded Valkey and its append-only file, for one machine; "
            "created if missing"
        },
    )
    log: str | None = field(
        default=None,
        metadata={
            "help": "the log on Kafka: kafka://host:9092,host:9092/topic, with "
            "?tls=true&ca_file=FILE and sasl=SCRAM-SHA-512 if the brokers want them; user and "
            "password in front of @, or "
            "in HEADWATER_KAFKA_USER and HEADWATER_KAFKA_PASSWORD. Not set: in the store of "
            "redis_url or data_dir. @PATH reads it from a file. Needs the extra kafka"
        },
    )
    snapshots: str | None = field(
        default=None,
        metadata={
            "help": "directory or object store for the snapshots: file:///directory, or "
            "s3://bucket/prefix with the usual variables AWS_*. Not set: in the store. With log, "
            "and without redis_url and data_dir, all else is kept there, too. Needs the extra "
            "objects"
        },
    )

    @property
    def has_log(self) -> bool:
        """Whether it says where the log is; an archive may be read without it."""
        return bool(self.redis_url or self.data_dir or self.log)


@dataclass(frozen=True)
class ProcessSettings:
    """Settings of the process. Each field's meaning and reason are in its ``help``."""

    workers: int = field(
        default=1,
        metadata={
            "help": "server processes on one port; each uses one core and learns every event. "
            "From 2 on, one more process takes the snapshots and serves no calls"
        },
    )
    log_level: Literal["debug", "info", "warning", "error"] = field(
        default="info", metadata={"help": "lowest level that is logged, to standard error"}
    )
    log_format: Literal["auto", "text", "json"] = field(
        default="auto", metadata={"help": "auto: text on a terminal, else JSON lines"}
    )
    tracing_endpoint: str | None = field(
        default=None,
        metadata={
            "help": "OTLP collector that receives a span for each call, such as "
            "http://127.0.0.1:4317; not set: OTEL_EXPORTER_OTLP_ENDPOINT, else no tracing. Needs "
            "the extra tracing"
        },
    )


@dataclass(frozen=True)
class Settings:
    """All settings of a server, by part."""

    place: PlaceSettings
    process: ProcessSettings
    api: ApiSettings
    gateway: GatewaySettings
    replica: ReplicaSettings
    storage: StorageSettings
    sources: SourcesSettings
    engine: EngineSettings
    personalizer: PersonalizerSettings
    sign_in: SignInSettings
    given: frozenset[str] = frozenset()
    """The names of those that somebody has set; the others are defaults."""
    warnings: tuple[str, ...] = ()
    """What is no error, and probably not what was meant."""


ENGINE = "Engine (stored in the log: all replicas use the same)"
PERSONALIZER = "Personalizer (of `headwater web`)"
SIGN_IN = "Sign-in to the console (of `headwater web`)"
PARTS: dict[str, type[Any]] = {
    "Place": PlaceSettings,
    "Process": ProcessSettings,
    "API": ApiSettings,
    "Gateway": GatewaySettings,
    "Replica": ReplicaSettings,
    "Storage": StorageSettings,
    "Sources": SourcesSettings,
    ENGINE: EngineSettings,
    PERSONALIZER: PersonalizerSettings,
    SIGN_IN: SignInSettings,
}


def default_of(setting: Field[Any]) -> Any:
    """Return the default of a dataclass's field."""
    factory = setting.default_factory
    return setting.default if factory is MISSING else factory()


def load_settings(**flags: Any) -> Settings:
    """Return the settings; ``flags`` that are None were not given. Raises `BadSettings`.

    Warnings go to standard error; `load_with_sources` leaves them to its caller.
    """
    settings, _ = load_with_sources(**flags)
    for text in settings.warnings:
        sys.stderr.write(f"headwater: warning: {text}\n")
    return settings


def load_with_sources(**flags: Any) -> tuple[Settings, dict[str, str]]:
    """Return the settings, and where each comes from that is not the default, by name."""
    given = {name: value for name, value in flags.items() if value is not None}
    parts = list(PARTS.values())
    names = [setting.name for part in parts for setting in fields(part)]
    sources = read_sources(names, given)
    values = {name: one.value for name, one in sources.items()}
    settings = Settings(*(_part(part, values) for part in parts))
    warnings = (*odd_variables(names), *key_warnings(settings.api.accesses))
    settings = replace(settings, given=frozenset(values), warnings=warnings)
    place = settings.place
    check_together(place.redis_url, place.data_dir)
    check_keys(settings.api.accesses)
    if contradiction := problem(settings.gateway) or sign_in_problem(settings.sign_in):
        raise BadSettings(contradiction)
    return settings, {name: one.source for name, one in sources.items()}


def _part(part: type[Part], values: dict[str, Any]) -> Part:
    types = get_type_hints(part)
    own = {f.name for f in fields(part)} & values.keys()  # type: ignore[arg-type]
    return part(**{name: checked(name, types[name], values[name]) for name in own})
