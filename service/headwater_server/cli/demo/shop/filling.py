"""The content of a shop: files of past events, the files of the page, and first visits."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from headwater import AsyncClient
from headwater_server.cli.demo.shop.experiment import begin_experiment
from headwater_server.cli.demo.shop.goods import Goods
from headwater_server.cli.demo.shop.opening import Live
from headwater_server.cli.demo.shop.options import ShopOptions
from headwater_server.cli.demo.shop.page_files import Words, of_goods, of_history, write_page_files
from headwater_server.cli.demo.shop.past import (
    recorded_past,
    simulated_past,
    write_described,
    write_events,
    write_items,
)
from headwater_server.cli.demo.shop.processes import Keys
from headwater_server.cli.demo.shop.shoppers import crowd
from headwater_server.cli.demo.shop.visits import Visits
from headwater_server.cli.progress import Progress
from headwater_server.cli.reading.files import read_files
from headwater_server.cli.reading.flags import Reading
from headwater_server.engine.settings import EngineSettings

SHOPPERS = 400
SESSIONS = 700  # in the last four weeks: about 7,500 events
VISITS = 250  # through the API: lists that are shown, seen and clicked
OURS = Words(
    "Halm & Heather",
    "Good things for outdoors and in.",
    "Made by six small makers, to be used for years. Free returns for a hundred days.",
)


@dataclass(frozen=True)
class Filling:
    """The files of past events, the first visits, and those while the shop is open."""

    events: Path
    items: Path | None
    first: Live
    meanwhile: Live


def filling(options: ShopOptions, directory: Path, keys: Keys) -> Filling:
    """Return the content of the shop. Raises `BadFile`."""
    if options.files.events:
        return recorded(directory, keys, options.files)
    return simulated(directory, keys, options.seed, options.visits_per_minute)


def simulated(directory: Path, keys: Keys, seed: int, visits_per_minute: float) -> Filling:
    """Simulate a shop, and write its files to ``directory``."""
    goods = Goods(seed)
    events, items = directory / "events.csv", directory / "items.csv"
    directory.mkdir(parents=True, exist_ok=True)
    if not events.exists():  # an interrupted import continues with the same file
        past = simulated_past(crowd(goods, SHOPPERS, seed), SESSIONS, time.time(), seed)
        write_events(events, past)
    write_items(items, goods.products)
    write_page_files(directory, OURS, keys.page, of_goods(goods))
    visits = Visits(goods, crowd(goods, SHOPPERS, seed), seed)

    async def first(client: AsyncClient) -> None:
        await client.upsert_items([product.as_item() for product in goods.products])
        await begin_experiment(client)
        with Progress("simulated visits", VISITS) as progress:
            await visits.run(client, VISITS, progress.at)

    async def meanwhile(client: AsyncClient) -> None:
        await visits.go_on(client, visits_per_minute)

    return Filling(events, items, first, meanwhile)


def recorded(directory: Path, keys: Keys, files: Reading) -> Filling:
    """Use your own files, with all times moved so that they end now. Raises `BadFile`."""
    history = read_files(files, EngineSettings()).in_memory()
    directory.mkdir(parents=True, exist_ok=True)
    moved = directory / "events.csv"
    if not moved.exists():
        write_events(moved, recorded_past(history, time.time()))
    items = directory / "items.csv" if history.items else None
    if items:
        write_described(items, [write.item for write in history.items])
    name = files.events[0].name.partition(".")[0].replace("_", " ").capitalize()
    words = Words(name, f"{name}, for you.", "Your own products, in lists that follow every click.")
    write_page_files(directory, words, keys.page, of_history(history))
    return Filling(moved, items, nobody, nobody)


async def nobody(client: AsyncClient) -> None:
    """Simulate no visits: the visitors of a file cannot see our lists."""
