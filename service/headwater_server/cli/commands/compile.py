"""`headwater compile`: compile the kernels now, so that no start has to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def compile_kernels(
    into: Annotated[
        Path | None,
        typer.Option("--into", metavar="DIR", help="copy the compiled kernels of this build here"),
    ] = None,
) -> None:
    """Compile the models' kernels now, so that no start has to.

    They are kept in NUMBA_CACHE_DIR, or in ~/.cache/headwater/kernels.
    """
    from headwater_server.api.warmup import warm_up
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.engine.warmup import warm_up as warm_up_engine
    from headwater_server.engine.warmup import warm_up_chances
    from headwater_server.models import kernel_cache

    with compiling_shown():
        warm_up_engine()  # also where most are there: a few may be missing
    warm_up()
    warm_up_chances()
    if into is not None:
        kernel_cache.copy(into)
    print(f"{kernel_cache.progress().compiled} kernels are compiled, in {kernel_cache.folder()}")
