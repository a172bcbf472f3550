"""Flags made from the settings themselves, so that help, default and meaning stand in one place."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from typing import Any

import typer

from headwater_server.engine.settings import EngineSettings

PANEL = "Engine (travels on the log: all replicas agree)"


def with_engine_flags(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command`` one flag for each engine setting, handed over as ``engine``: a dict.

    >>> @with_engine_flags
    ... def show(engine: dict[str, str]) -> None:
    ...     print(engine)
    >>> show(seed="7", ranker=None)
    {'seed': '7'}
    """
    own = inspect.signature(command, eval_str=True)
    options = [_option(field) for field in fields(EngineSettings)]
    kept = [p for p in own.parameters.values() if p.name != "engine"]

    def called(**values: Any) -> None:
        engine = {option.name: values.pop(option.name, None) for option in options}
        command(**values, engine={n: v for n, v in engine.items() if v is not None})

    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*kept, *options)]
    called.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in parameters}
    called.__name__, called.__doc__ = command.__name__, command.__doc__
    return called


def _option(field: Field[Any]) -> inspect.Parameter:
    default = field.default_factory() if field.default_factory is not MISSING else field.default
    as_json = isinstance(default, dict)
    shown = json.dumps(default) if as_json else default
    option = typer.Option(
        None,
        "--" + field.name.replace("_", "-"),
        help=f"{field.metadata.get('help', '')} (default {shown})",
        metavar="JSON" if as_json else type(default).__name__.upper(),
        rich_help_panel=PANEL,
        show_default=False,
    )
    return inspect.Parameter(
        field.name, inspect.Parameter.KEYWORD_ONLY, default=option, annotation=str | None
    )
