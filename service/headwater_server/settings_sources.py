"""Where settings come from: flags, then the environment, then a TOML file."""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import create_model
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from headwater_server.settings_checks import BadSettings

PREFIX = "HEADWATER_"
FILE_VARIABLE = "HEADWATER_SETTINGS"
FILE_DEFAULT = "headwater.toml"


class _Sources(BaseSettings):
    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="allow", env_parse_none_str="none")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read flags first, then the environment, then the file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=_settings_file())
        return init_settings, env_settings, file


def read_sources(names: list[str], flags: dict[str, Any]) -> dict[str, Any]:
    """Return what is set, unchecked, by name. Raises `BadSettings` for names that do not exist."""
    fields: dict[str, Any] = dict.fromkeys(names, (Any, None))
    sources = create_model("Sources", __base__=_Sources, **fields)
    try:
        values = sources(**flags).model_dump(exclude_unset=True)
    except (tomllib.TOMLDecodeError, OSError) as error:
        raise BadSettings(f"{_settings_file()}: {error}") from None
    for name in values:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise BadSettings(f"{name}: there is no such setting{hint}")
    return values


def _settings_file() -> Path:
    """Return the TOML file: the one that is named, else headwater.toml where we are."""
    named = os.environ.get(FILE_VARIABLE)
    if named and not Path(named).is_file():
        raise BadSettings(f"{FILE_VARIABLE}: there is no file {named}")
    return Path(named or FILE_DEFAULT)
