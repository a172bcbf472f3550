"""Flags made from the settings themselves, so that meaning, unit and default stand in one place."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import Field, fields
from enum import Enum
from typing import Any, Literal, get_args, get_origin, get_type_hints

import typer

from headwater_server.settings import PARTS, default_of

Command = Callable[..., None]


def with_settings(*titles: str) -> Callable[[Command], Command]:
    """Give a command one flag for each setting of these parts, handed over as ``flags``: a dict.

    >>> @with_settings("Process")
    ... def show(flags: dict[str, str]) -> None:
    ...     print(flags)
    >>> show(workers="7", log_level=None)
    {'workers': '7'}
    """
    options = [
        _option(title, setting, get_type_hints(PARTS[title])[setting.name])
        for title in titles
        for setting in fields(PARTS[title])
    ]

    def decorate(command: Command) -> Command:
        own = inspect.signature(command, eval_str=True).parameters.values()

        def called(**values: Any) -> None:
            flags = {option.name: values.pop(option.name, None) for option in options}
            command(**values, flags={n: v for n, v in flags.items() if v is not None})

        kept = [p.replace(kind=p.KEYWORD_ONLY) for p in own if p.name != "flags"]
        called.__signature__ = inspect.Signature([*kept, *options])  # type: ignore[attr-defined]
        called.__annotations__ = {p.name: p.annotation for p in (*kept, *options)}
        called.__name__, called.__doc__ = command.__name__, command.__doc__
        return called

    return decorate


def _option(title: str, setting: Field[Any], kind: Any) -> inspect.Parameter:
    default = default_of(setting)
    name = setting.name.replace("_", "-")
    switch = isinstance(default, bool)
    option = typer.Option(
        None,
        f"--{name}/--no-{name}" if switch else f"--{name}",
        help=f"{setting.metadata['help']} (default {default_shown(setting)})",
        metavar=None if switch else _metavar(kind, default),
        rich_help_panel=title,
        show_default=False,
    )
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=option,
        annotation=(bool if switch else str) | None,
    )


def default_shown(setting: Field[Any]) -> str:
    """Return a setting's default as a person writes it."""
    default = default_of(setting)
    if isinstance(default, Enum):
        return str(default.value)
    if isinstance(default, tuple):
        return ",".join(default) or "not set"
    if isinstance(default, dict):
        return json.dumps(default)
    if isinstance(default, bool):
        return str(default).lower()
    return "not set" if default is None else str(default)


def _metavar(kind: Any, default: object) -> str:
    if isinstance(default, Enum):
        return "|".join(member.value for member in type(default))
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    names = {dict: "JSON", list: "JSON", tuple: "NAME,…", int: "INT", float: "NUMBER"}
    return names.get(type(default), "TEXT")
