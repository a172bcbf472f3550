"""`headwater demo`: its flags. What it runs is imported when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.reading.flags import Reading


def demo(
    files: Reading,
    seconds: Annotated[
        float, typer.Option(min=5, help="duration in seconds; a long file takes longer")
    ] = 60.0,
    kills: Annotated[
        int, typer.Option(min=0, help="how often the server is killed (kill -9) and restarted")
    ] = 1,
    data_dir: Annotated[
        Path | None, typer.Option(help="keep the server's data here (default: delete it)")
    ] = None,
    seed: Annotated[int, typer.Option(help="seed of the simulated shoppers")] = 1,
    shop: Annotated[
        bool, typer.Option("--shop", help="open a shop in the browser instead, until Ctrl-C")
    ] = False,
    listen: Annotated[
        str, typer.Option(help="with --shop: host:port of its page; port 0 takes a free port")
    ] = "127.0.0.1:8080",
    visits: Annotated[
        float, typer.Option(min=0, help="with --shop: simulated visits by others, per minute")
    ] = 20.0,
) -> None:
    """Show a shop that learns, in the terminal or the browser.

    In the terminal (about a minute): starts a real server with an embedded store, sends it events
    through its API, kills it half-way, restarts it, and shows that nothing is lost. With --events,
    the first part of the file is sent in batches, and the last part is played live: Recommend,
    then Feedback.

    With --shop: opens a shop in the browser, with a server, its gateway and the page. The shop has
    300 products and four weeks of simulated shoppers, or your own files (--events, --items). The
    command prints the addresses of the shop and of the console, and the console's key. Click on
    products, and the lists follow; "why this?" explains them. Every window with another
    ?visitor=NAME is another visitor.

    The hit rate of a file is measured as in a backtest: of events with a positive reward, after
    the first tenth of the file, and not on the visitor's latest item. A hit: the event's item is
    among the 20 best items, requested just before. With simulated shoppers, the hit rate counts
    visits for one certain item.

    Where no compiled kernels fit, the first start compiles for about a minute of CPU time.
    """
    if shop:
        from headwater_server.cli.demo.shop.command import open_shop
        from headwater_server.cli.demo.shop.options import ShopOptions

        open_shop(ShopOptions(listen, files, seed, visits), data_dir)
    else:
        _play(files, data_dir, seed=seed, seconds=seconds, kills=kills)


def _play(
    files: Reading,
    data_dir: Path | None,
    *,
    seed: int,
    seconds: float,
    kills: int,
) -> None:
    from headwater_server.cli.demo.play import DemoFailedError, crowd_of, play

    with explained():
        crowd = crowd_of(files, seed)
    try:
        whole = play(crowd, data_dir, seconds, kills)
    except DemoFailedError as error:
        fail(f"the demo stopped: {error}", FAILED)
    if not whole:
        fail("the server lost events that it had acknowledged", FAILED)
