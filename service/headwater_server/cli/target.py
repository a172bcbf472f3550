"""How a command names a running server, and shows that it may call it."""

from __future__ import annotations

from typing import Annotated

import typer

Target = Annotated[str | None, typer.Option(help="host:port of a running server")]
Key = Annotated[
    str,
    typer.Option(
        envvar="HEADWATER_KEY",
        show_default=False,
        help="key of the server that --target names, if it asks for one; best set as the variable",
    ),
]
