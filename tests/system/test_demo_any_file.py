"""`make run EVENTS=` with a file as another system exports it: no conversion, and no other flag."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_asked
from headwater_server.reading.asked import Asked
from tests.system.test_demo import check_promises, run_demo

EVENTS = 300
KINDS = ("view", "view", "cart", "purchase")


def _acts() -> Iterator[tuple[int, str, str, str]]:
    """Yield (seconds since 1970, visitor, item, kind)."""
    for number in range(EVENTS):
        yield 1_700_000_000 + 60 * number, f"{number % 11}", f"{number % 7}", KINDS[number % 4]


def rees46(folder: Path) -> Path:
    header = (
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
        "user_session"
    )
    rows = [
        f"{datetime.fromtimestamp(time, UTC):%Y-%m-%d %H:%M:%S UTC},{kind},100{item},2{item},"
        f"electronics.phone,acme,{item}9.90,5{visitor},s-{visitor}"
        for time, visitor, item, kind in _acts()
    ]
    return _written(folder / "2023-Nov.csv", [header, *rows])


def personalize(folder: Path) -> Path:
    rows = [f"u{visitor},i{item},{time},{kind}" for time, visitor, item, kind in _acts()]
    return _written(folder / "interactions.csv", ["USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE", *rows])


def movielens(folder: Path) -> Path:
    ratings = [f"{visitor},{item},4.5,{time}" for time, visitor, item, _ in _acts()]
    movies = [f'{item},"Film {item}, The (1995)",Drama|Comedy' for item in range(7)]
    path = folder / "ml-latest-small.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, lines in (
            ("ratings", ["userId,movieId,rating,timestamp", *ratings]),
            ("movies", ["movieId,title,genres", *movies]),
            ("links", ["movieId,imdbId,tmdbId", "1,0114709,862"]),
        ):
            archive.writestr(f"ml-latest-small/{name}.csv", "\r\n".join(lines) + "\r\n")
        archive.writestr("ml-latest-small/README.txt", "about")
    return path


def ga4(folder: Path) -> Path:
    names = {"view": "view_item", "cart": "add_to_cart", "purchase": "purchase"}
    rows = [
        json.dumps(
            {
                "event_date": f"{datetime.fromtimestamp(time, UTC):%Y%m%d}",
                "event_timestamp": str(1_000_000 * time),
                "event_name": names[kind],
                "user_pseudo_id": f"{visitor}.17",
                "event_params": [{"key": "ga_session_id", "value": {"int_value": "7"}}],
                "ecommerce": {"transaction_id": f"T{time}"} if kind == "purchase" else {},
                "items": [{"item_id": f"i{item}", "item_name": f"Item {item}", "price": 9.5}],
            }
        )
        for time, visitor, item, kind in _acts()
    ]
    return _written(folder / "events.jsonl", rows)


def _written(path: Path, lines: list[str]) -> Path:
    path.write_text("\n".join(lines) + "\n")
    return path


EXPORTS = (rees46, personalize, movielens, ga4)
TYPES = {"view": "detail-page-view", "cart": "add-to-cart", "purchase": "purchase-complete"}


@pytest.mark.parametrize("export", EXPORTS, ids=lambda of: of.__name__)
def test_an_export_is_recognized_and_read(export, tmp_path):
    """The same files without a server."""
    found = read_asked(Asked((export(tmp_path),)), EngineSettings()).file.events()
    rating = "rating" if export is movielens else ""
    assert [(one.event_time_ms, one.event_type, one.items[0].item_id[-1]) for one in found] == [
        (1_000 * time, rating or TYPES[kind], item) for time, _, item, kind in _acts()
    ]


def seldom(export):
    """Mark what starts a server for a file that the test above reads."""
    return pytest.param(export, marks=pytest.mark.thorough, id=export.__name__)


@pytest.mark.parametrize("export", [*map(seldom, EXPORTS[:-1]), ga4], ids=lambda of: of.__name__)
def test_an_export_is_played_as_it_is(export, tmp_path):
    result = run_demo("--events", str(export(tmp_path)))
    check_promises(result)
    assert f"Served {EVENTS} events of" in result.stdout, result.stdout
