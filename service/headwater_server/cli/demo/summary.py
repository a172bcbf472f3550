"""The summary of the demo: hit rate, speed, and whether a restart lost nothing."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.cli.demo.crowd import Crowd
from headwater_server.cli.demo.meters import Meters
from headwater_server.cli.demo.restart import Restart
from headwater_server.cli.demo.screen import Screen, rates, tenths_table


def sum_up(
    screen: Screen, meters: Meters, crowd: Crowd, served: str, restarts: Sequence[Restart]
) -> None:
    """Print what was ``served``, how well, and what every restart kept."""
    screen.say(f"\n[bold]Served {served}[/]")
    screen.say(f"[bold]Hit rate {meters.hit_rate:.3f}[/]  [dim]{crowd.counted}[/]")
    screen.say(tenths_table(meters))
    screen.say(rates(meters))
    for restart in restarts:
        screen.say(f"digest before the kill {restart.digest_before}")
        screen.say(f"digest after the kill  {restart.digest_after}")
        screen.say(verdict(restart))


def verdict(restart: Restart) -> str:
    """Return a line: whether a restart kept every acknowledged event."""
    if restart.is_whole:
        return (
            f"[green]same digest[/], {restart.learned_after:,} events learned, "
            f"{restart.sent_again} sent again and none learned twice"
        )
    return (
        f"[bold red]NOT the same[/]: {restart.learned_before:,} events learned before and "
        f"{restart.learned_after:,} after, {restart.lost} acknowledged events lost"
    )
