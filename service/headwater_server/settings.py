"""Every setting, with its unit and its reason. Flags beat the environment, which beats the file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from headwater_server.engine.settings import EngineSettings
from headwater_server.engine_options import engine_settings

FILE_VARIABLE = "HEADWATER_SETTINGS"
FILE_DEFAULT = "headwater.toml"
CATALOGUE_PATTERN = r"^[A-Za-z0-9_.-]{1,64}$"


class BadSettings(ValueError):
    """A setting cannot be used; the text names it and says what to write instead."""


class Settings(BaseSettings):
    """What one server process is started with."""

    model_config = SettingsConfigDict(
        env_prefix="HEADWATER_", env_nested_delimiter="__", extra="forbid", frozen=True
    )

    listen: str = Field(
        "127.0.0.1:50051",
        description="host:port to answer on; port 0 takes a free one. Loopback by default: "
        "there is no TLS and no login yet",
    )
    redis_url: str | None = Field(
        None,
        description="Redis or Valkey that holds the log, as redis://, rediss:// or unix://; "
        "excludes data_dir",
    )
    data_dir: Path | None = Field(
        None,
        description="directory of an embedded Valkey with its AOF, for one machine; "
        "made if missing. Without redis_url: .headwater",
    )
    workers: int = Field(1, ge=1, description="server processes on this machine; 1 for now")
    catalogue: str = Field(
        "default", pattern=CATALOGUE_PATTERN, description="name that keeps one shop's keys together"
    )
    durability: Literal["everysec", "always"] = Field(
        "everysec",
        description="when an event is acknowledged: everysec = a machine's death may lose the last "
        "second or two, a process's death nothing; always = after fsync, slower",
    )
    snapshot_events: int = Field(
        100_000, ge=1, description="applied events between two snapshots; fewer restart faster"
    )
    snapshot_seconds: float = Field(
        300.0, gt=0, description="seconds between two snapshots, when anything was applied"
    )
    snapshots_kept: int = Field(
        2, ge=1, description="snapshots kept; the log is trimmed behind the oldest of them"
    )
    attribution_key: str | None = Field(
        None,
        min_length=32,
        description="secret that signs attribution tokens, 32 characters or more; the same on all "
        "replicas. Unset: made once and kept in data_dir, or in the catalogue's store",
    )
    deadline_seconds: float = Field(
        10.0, gt=0, description="seconds a call may take when its caller sets no deadline"
    )
    message_bytes_max: int = Field(
        4 * 1024 * 1024, ge=65536, description="bytes of one request at most"
    )
    waiting_feedback_max: int = Field(
        1000, ge=1, description="Feedback calls that may wait at once; more are RESOURCE_EXHAUSTED"
    )
    stop_seconds: float = Field(
        10.0, ge=0, description="seconds that calls in flight get to end after SIGTERM"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level that is logged, to standard error"
    )
    log_format: Literal["auto", "text", "json"] = Field(
        "auto", description="auto: text on a terminal, JSON lines elsewhere"
    )
    engine: Annotated[EngineSettings, BeforeValidator(engine_settings)] = Field(
        default_factory=EngineSettings,
        description="what the models are made with; travels on the log, so all replicas agree",
    )

    @field_validator("listen")
    @classmethod
    def _check_listen(cls, value: str) -> str:
        host, colon, port = value.rpartition(":")
        if not (host and colon and port.isdigit() and int(port) < 65536):
            raise ValueError("write host:port, for example 127.0.0.1:50051 or [::1]:50051")
        return value

    @field_validator("redis_url")
    @classmethod
    def _check_redis_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("write redis://host:6379/0, rediss://… or unix:///path")
        return value

    @field_validator("workers")
    @classmethod
    def _check_workers(cls, value: int) -> int:
        if value != 1:
            raise ValueError("only 1 works for now; start more servers on one redis_url instead")
        return value

    @model_validator(mode="after")
    def _check_one_store(self) -> Self:
        if self.redis_url and self.data_dir:
            raise ValueError("redis_url and data_dir exclude each other: set one of them")
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        return init_settings, env_settings, file


def settings_file() -> Path | None:
    """Return the TOML file to read: the one that is named, else headwater.toml if it is here."""
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise BadSettings(f"{FILE_VARIABLE}: there is no file {named}")
    return Path(named or FILE_DEFAULT)


def load_settings(**flags: Any) -> Settings:
    """Return the settings; ``flags`` that are None were not given. Raises `BadSettings`."""
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettings(_explain(error)) from None
    except ValueError as error:  # the TOML file, or JSON in a variable
        raise BadSettings(str(error)) from None


def _explain(error: ValidationError) -> str:
    lines = []
    for found in error.errors():
        name = ".".join(str(part) for part in found["loc"])
        reason = found["msg"].removeprefix("Value error, ")
        if found["type"] == "extra_forbidden":
            reason = f"there is no such setting; there are {', '.join(Settings.model_fields)}"
        lines.append(f"{name}: {reason}" if name else reason)
    return "\n".join(lines)
