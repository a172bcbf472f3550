"""`headwater sink`: what the log holds as JSON in Kafka or Redis Streams, each object once."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.commands.data.export import check_source
from headwater_server.cli.failures import explained
from headwater_server.cli.stores import store_beside_a_server, store_explained
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater_server.sinks.port import Target
    from headwater_server.sinks.source import Source
    from headwater_server.sinks.writing import Written


def sink(
    flags: dict[str, Any],
    to: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="kafka://HOST:PORT,HOST:PORT/PREFIX, redis://HOST:PORT/0?prefix=PREFIX or @PATH "
            "of a file with the URL",
        ),
    ],
    once: Annotated[bool, typer.Option("--once", help="end at the log's present end")] = False,
    accept_gap: Annotated[
        bool,
        typer.Option("--accept-gap", help="go on where the log lacks entries that were trimmed"),
    ] = False,
) -> None:
    """Write shown lists and outcomes to Kafka or Redis Streams.

    Rejected events and erasures, too, each into a topic or stream of its own.

    Reads a store (--data-dir, --redis-url, --log), also beside running servers, or an archive
    (--archive-dir). Its position is in the sink, so it may be killed at any time: readers see each
    object once (of Kafka, readers of committed records). docs/sinks.md describes the objects.
    """
    import asyncio

    with explained(), store_explained():
        url = _checked(to)
        settings = load_settings(**flags)
        check_source(settings)
        asyncio.run(_run(settings, url, once=once, accept_gap=accept_gap))


def _checked(to: str) -> str:
    """Return the URL of the sink. `BadSettings` with what is wrong with it."""
    from headwater_server.settings_secrets import from_file

    try:
        url = from_file("URL", to)
    except ValueError as error:
        raise BadSettings(str(error)) from None
    if problem := _problem(url):
        raise BadSettings(f"URL: {problem}")
    return url


def _problem(url: str) -> str:
    from headwater_server.sinks.redis.place import redis_place
    from headwater_server.storage.kafka.url import log_problem

    if not url.startswith(("redis", "unix:")):
        problem = log_problem(url).replace("/topic", "/prefix")
        return f"{problem}; or redis://host:6379/0?prefix=shop" if problem else ""
    try:
        redis_place(url)
    except ValueError as error:
        return str(error)
    return ""


async def _run(settings: Settings, to: str, *, once: bool, accept_gap: bool) -> None:
    from headwater_server.sinks.running import Running

    target, catalogue = _target(to, settings), settings.storage.catalogue
    async with _source(settings) as source:
        running = Running(source, target, catalogue, accept_gap=accept_gap)
        if once:
            _show(await running.once())
        else:
            await running.forever()


def _target(to: str, settings: Settings) -> Callable[[], Target]:
    """Return what opens the sink: at the start, and again after an error."""
    if not to.startswith("kafka"):
        from headwater_server.sinks.redis.place import redis_place
        from headwater_server.sinks.redis.target import RedisTarget

        place = redis_place(to)
        return lambda: RedisTarget(place, settings.storage)
    import asyncio

    from headwater_server.storage.extras import extra
    from headwater_server.storage.kafka.url import kafka_place

    with extra("URL", "kafka"):
        from headwater_server.sinks.kafka.faults import said_once
        from headwater_server.sinks.kafka.target import KafkaTarget
    asyncio.get_running_loop().set_exception_handler(said_once)
    topics = kafka_place(to)
    return lambda: KafkaTarget(topics)


@asynccontextmanager
async def _source(settings: Settings) -> AsyncIterator[Source]:
    from headwater_server.sinks.source import source_of, source_of_archive
    from headwater_server.storage.storage import archive_of

    if settings.place.has_log:
        async with store_beside_a_server(settings) as storage:
            yield source_of(storage)
        return
    archive = archive_of(settings.storage, None)
    if archive is None or not archive.files():
        where = archive.path if archive else settings.storage.archive_dir
        raise BadSettings(f"--archive-dir: {where} has no archived entries; see --catalogue")
    yield source_of_archive(archive)


def _show(written: Written) -> None:
    counts = ", ".join(f"{count:,} {name}" for name, count in written.records.items())
    typer.echo(f"{counts}; the sink is at entry {written.sequence:,}")
    if written.left_out:
        typer.echo(f"{written.left_out:,} events of persons who were erased later are left out")
