"""The flags that name a running server, and the key for it."""

from __future__ import annotations

from typing import Annotated

import typer

Target = Annotated[str | None, typer.Option(help="host:port of a running server")]
Key = Annotated[
    str,
    typer.Option(
        envvar="HEADWATER_KEY",
        show_default=False,
        help="API key for the server of --target, if it requires one; better set as HEADWATER_KEY",
    ),
]
