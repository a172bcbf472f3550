"""`headwater causal` on a log: opens the source and shows progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from headwater_server.cli.evaluating.of_log import check_source, open_source, progress_bar
from headwater_server.settings import Settings, load_settings

if TYPE_CHECKING:
    from headwater_server.evaluation.causal.asked import CausalAsked


def causal_of_log(asked: CausalAsked, flags: dict[str, Any]) -> dict[str, Any]:
    """Return the report of a log. Raises `BadSettings`, and what a store or log raises."""
    import asyncio

    settings = load_settings(**flags)
    check_source(settings)
    return asyncio.run(_causal(settings, asked))


async def _causal(settings: Settings, asked: CausalAsked) -> dict[str, Any]:
    from headwater_server.cli.compiling import compiling_shown
    from headwater_server.engine.warmup import warm_up, warm_up_chances
    from headwater_server.evaluation.causal.causal import causal

    async with open_source(settings) as (source, _, _):
        with compiling_shown():
            warm_up()
            warm_up_chances()
        return await causal(source, asked, progress_bar)
