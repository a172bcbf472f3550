"""Flags made from the settings, so that meaning, unit and default stand in one place."""

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
    """Give a command one flag for each setting of these parts, passed as ``flags``: a dict.

    >>> @with_settings("Process")
    ... def show(flags: dict[str, str]) -> None:
    ...     print(flags)
    >>> show(workers="7", log_level=None)
    {'workers': '7'}
    """
    options = [
        _option(title, setting, hints[setting.name])
        for title in titles
        for hints in (get_type_hints(PARTS[title]),)
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
        help=f"{setting.metadata['help']} (default {shown(default)})",
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


def shown(value: object) -> str:
    """Return the value of a setting as a person writes it.

    >>> shown(None), shown(True), shown(("a", "b")), shown({})
    ('not set', 'true', 'a,b', '{}')
    """
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return ",".join(value) or "not set"
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, bool):
        return str(value).lower()
    return "not set" if value is None else str(value)


def _metavar(kind: Any, default: object) -> str:
    if isinstance(default, Enum):
        return "|".join(member.value for member in type(default))
    if get_origin(kind) is Literal:
        return "|".join(get_args(kind))
    names = {dict: "JSON", list: "JSON", tuple: "NAME,…", int: "INT", float: "NUMBER"}
    return names.get(type(default), "TEXT")
