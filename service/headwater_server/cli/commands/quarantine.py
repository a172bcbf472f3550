"""`headwater quarantine`: list, replay or delete rejected events."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained, fail
from headwater_server.cli.stores import check_one_existing, store_beside_a_server, store_explained
from headwater_server.cli.target import Key, Target, key_option
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.cli.quarantine_list import Rejected
    from headwater_server.replica.ports.quarantine import Quarantined

Reason = Annotated[str, typer.Option(help="only events whose reason contains this text")]
EventId = Annotated[str, typer.Option(help="only the event with this ID")]
Visitor = Annotated[str, typer.Option(help="only events of this visitor")]
PageKey = Annotated[
    str,
    typer.Option(
        envvar="HEADWATER_PAGE_KEY",
        show_default=False,
        callback=key_option,
        help="a page's key, to send events that came with one; better set as HEADWATER_PAGE_KEY, "
        "or @PATH of a file with it",
    ),
]
Limit = Annotated[int, typer.Option(min=1, help="how many to show, oldest first")]


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter on rejected events; an empty field matches all."""

    reason: str = ""
    event_id: str = ""
    visitor: str = ""

    def matches(self, kept: Quarantined | Rejected) -> bool:
        """Return whether an event passes the filter."""
        return (
            self.reason in kept.reason
            and self.event_id in ("", kept.event_id)
            and self.visitor in ("", kept.visitor_id)
        )


def list_quarantine(
    flags: dict[str, Any],
    target: Target = None,
    key: Key = "",
    reason: Reason = "",
    event_id: EventId = "",
    visitor: Visitor = "",
    limit: Limit = 50,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, for other programs")] = False,
) -> None:
    """List rejected events with the reason."""
    import asyncio

    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.quarantine_list import of_server, of_store, show

    choice = Choice(reason, event_id, visitor)
    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(target, settings)
        if target:
            chosen = [one for one in of_server(target, key, reason) if choice.matches(one)]
        else:
            chosen = of_store(asyncio.run(_chosen(settings, choice)))
    print_json(chosen[:limit]) if as_json else show(chosen, limit)


def drop_quarantine(
    flags: dict[str, Any],
    reason: Reason = "",
    event_id: EventId = "",
    visitor: Visitor = "",
    everything: Annotated[bool, typer.Option("--all", help="delete all of them")] = False,
) -> None:
    """Delete rejected events: those that match a filter, or --all."""
    import asyncio

    choice = Choice(reason, event_id, visitor)
    with explained(), store_explained():
        if (choice == Choice()) != everything:
            raise BadSettings("give --reason, --event-id or --visitor, or --all for every event")
        dropped = asyncio.run(_drop(_settings(flags), choice))
    print(f"deleted {dropped} events")


def replay_quarantine(
    flags: dict[str, Any],
    target: Target = None,
    key: Key = "",
    page_key: PageKey = "",
    reason: Reason = "",
    event_id: EventId = "",
    visitor: Visitor = "",
) -> None:
    """Send rejected events to a server again. Events that it rejects again are kept.

    The server checks each event with its present settings. Exit code 1 if it rejects any.
    """
    import asyncio

    from headwater import HeadwaterError
    from headwater_server.cli.quarantine_replay import NotAPageKeyError

    with explained(), store_explained():
        settings = _settings(flags)
        if target is None:
            raise BadSettings("give --target too: the server that learns from the events")
        choice = Choice(reason, event_id, visitor)
        try:
            became = asyncio.run(_replay(settings, target, (key, page_key), choice))
        except NotAPageKeyError as error:
            raise BadSettings(str(error)) from None
        except HeadwaterError as error:
            fail(f"{target}: {error}; events that were learned before have left the quarantine")
    learned, known = became.pop("created", 0), became.pop("exists", 0)
    print(f"learned {learned}, known already {known}, rejected again {became.total()}")
    for why, count in became.most_common():
        print(f"{count:>6}  {why}")
    if became:
        raise typer.Exit(FAILED)


def _settings(flags: dict[str, Any]) -> Settings:
    settings = load_settings(**flags)
    check_one_existing(None, settings)
    return settings


async def _chosen(settings: Settings, choice: Choice) -> list[Quarantined]:
    async with store_beside_a_server(settings) as storage:
        return [kept async for kept in storage.quarantine.kept() if choice.matches(kept)]


async def _drop(settings: Settings, choice: Choice) -> int:
    async with store_beside_a_server(settings) as storage:
        chosen = [kept async for kept in storage.quarantine.kept() if choice.matches(kept)]
        await storage.quarantine.drop(chosen)
        return len(chosen)


async def _replay(
    settings: Settings, target: str, keys: tuple[str, str], choice: Choice
) -> Counter[str]:
    from headwater_server.cli.progress import Progress
    from headwater_server.cli.quarantine_replay import replayed

    key, page_key = keys
    became: Counter[str] = Counter()
    async with store_beside_a_server(settings) as storage:
        chosen = [kept async for kept in storage.quarantine.kept() if choice.matches(kept)]
        with Progress("replay", len(chosen)) as progress:
            async for done, refused in replayed(target, key, chosen, page_key):
                await storage.quarantine.drop([kept for kept, _ in done])
                became.update(status for _, status in done)
                became.update(why for _, why in refused)
                progress.at(became.total())
    return became
