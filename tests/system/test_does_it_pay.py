"""Does it pay? A shop with a hold-out: by the command, in /metrics and in a real browser."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from headwater import Client, Event, EventItem, Item, PerformanceQuestion
from tests.integration.api_server import free_port
from tests.integration.gateway_server import KEY, GatewayServer, gateway_server
from tests.system.console_browser import need_console, play

pytestmark = pytest.mark.timeout(900)  # the server may start with cold kernels
PORT = free_port()
OFFSET = timedelta(hours=13)  # no time of a day of UTC lies in the same one of every shop
FLAGS = (
    *("--hold-out", "0.2", "--metrics-listen", f"127.0.0.1:{PORT}"),
    *("--figures-day-offset-hours", "13"),
)
VISITORS = 60
METRICS = ["click_through", "act_rate", "acts", "purchases", "revenue"]


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[GatewayServer]:
    present_day()
    with gateway_server(tmp_path_factory, *FLAGS) as running:
        fill(running)
        yield running


def fill(server: GatewayServer) -> None:
    """Let visitors see lists at two placements; every third clicks, every sixth buys."""
    with Client(server.address, key=KEY) as shop:
        shop.upsert_items([Item(f"sku-{n}", title=f"Thing {n}") for n in range(12)])
        events = []
        for n in range(VISITORS):
            place = "home" if n % 2 else "basket"
            slate = shop.recommend(f"v{n}", placement=place, page_size=4)
            token = {"attribution_token": slate.attribution_token}
            seen = slate.item_ids
            events.append(Event("impression", f"v{n}", items=seen, **token))
            if n % 3 == 0:
                events.append(Event("click", f"v{n}", items=seen[:1], **token))
            if n % 6 == 0:
                bought = [EventItem(seen[0], 2, 19.99, "EUR")]
                events.append(Event("order", f"v{n}", items=bought, **token))
        events.append(Event("order", "stranger", items=[EventItem("sku-1", 1, 5, "EUR")]))
        shop.feedback(events)


def headwater(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "headwater_server", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)


def report(server: GatewayServer, *arguments: str) -> str:
    done = headwater("report", "--target", server.address, "--key", KEY, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_command_reports_the_figures_and_writes_them(server, tmp_path) -> None:
    text = report(server, "--compare", "previous")
    assert "home" in text
    assert "the shop: 11 orders, revenue 404.80 EUR" in text
    assert "hold-out: running" in text
    found = json.loads(report(server, "--json", "--by", "placement,policy"))
    assert found["total"]["figures"]["clicks"] == VISITORS // 3
    assert {row["policy"] for row in found["rows"]} == {"best", "plackett_luce"}
    file = tmp_path / "rows.csv"
    report(server, "--by", "item", "--csv", str(file))
    rows = list(csv.DictReader(io.StringIO(file.read_text())))
    assert sum(int(row["revenue_micros"] or 0) for row in rows) == 10 * 39_980_000
    again = headwater("report", "--target", server.address, "--key", KEY, "--csv", str(file))
    assert (again.returncode, "exists" in again.stderr) == (2, True)


def present_day() -> date:
    """Return the shop's day; in the minutes before its midnight, wait for the next one."""
    while (now := datetime.now(UTC) + OFFSET).hour == 23 and now.minute > 55:
        time.sleep(1)
    return now.date()


def test_days_are_those_of_the_shop(server, tmp_path) -> None:
    today = str(present_day())
    file = tmp_path / "day.csv"
    text = report(server, "--by", "day", "--from", today, "--to", today)
    assert text.startswith(f"{today} to {today}; ")
    report(server, "--by", "day", "--from", today, "--csv", str(file))
    (row,) = csv.DictReader(io.StringIO(file.read_text()))
    assert (row["day"], int(row["impressions"])) == (today, 4 * VISITORS)
    assert f" to {today}; " in report(server)


def test_parquet_has_the_same_rows(server, tmp_path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    file = tmp_path / "rows.parquet"
    report(server, "--by", "day,placement", "--parquet", str(file))
    rows = parquet.read_table(file).to_pylist()
    assert {row["placement"] for row in rows} == {"home", "basket"}
    assert sum(row["impressions"] for row in rows) == 4 * VISITORS


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--by", "items"], "--by: there is no 'items'"),
        (["--from", "yesterday"], "--from 'yesterday' is no day"),
        (["--from", "2026-02-02", "--to", "2026-01-01"], "--from 2026-02-02 is after"),
        (["--compare", "last"], "--compare 'last': write previous, year"),
        (["--placement", "hom"], "placement 'hom' is not known"),
    ],
)
def test_what_cannot_be_reported_says_why(server, flags, words) -> None:
    done = headwater("report", "--target", server.address, "--key", KEY, *flags)
    assert done.returncode != 0
    assert words in done.stderr


def test_the_hold_out_begins_once_and_says_its_lift(server) -> None:
    place = "--target", server.address, "--key", KEY
    with Client(server.address, key=KEY) as shop:
        before = shop.get_model(compute_digest=True).digest
        again = headwater("hold-out", "start", *place)
        assert "hold-out runs already, with 20.0% of visitors" in again.stdout
        assert shop.get_model(compute_digest=True).digest == before
        (found,) = shop.get_performance().hold_outs
    assert found.visitors + found.control_visitors == VISITORS
    assert 0 < found.control_visitors < found.visitors
    assert [one.metric for one in found.lifts] == METRICS
    assert found.period is not None
    assert found.period.control_visitors == found.control_visitors
    assert [one.metric for one in found.period.lifts] == [
        name for name in METRICS if name != "act_rate"
    ]
    text = report(server, "--from", "2020-01-06", "--to", "2020-01-12")
    assert "lift of 2020-01-06 to 2020-01-12 (hold-out):" in text
    assert "The hold-out began after this period: it has no lift." in text
    assert "click-through: too little is known to say anything yet" in report(server)
    status = headwater("hold-out", "status", *place).stdout
    assert f"{found.control_visitors:,} without" in status
    assert "revenue of a visitor" in status
    for share in ("0", "0.9", "nan"):
        assert headwater("hold-out", "start", "--share", share, *place).returncode == 2


def test_the_console_shows_what_the_api_says(server, tmp_path) -> None:
    need_console()
    with Client(server.address, key=KEY) as shop:
        total = shop.get_performance(PerformanceQuestion(group_by=["placement"]))
    today = str(present_day())
    seen = play(server.url, "performance")
    assert not seen["complaints"]
    tiles = " ".join(seen["tiles"])
    assert f"{total.total.figures.clicks} clicks on {total.total.figures.impressions}" in tiles
    ends = total.total.figures.click_through
    assert f"({100 * ends.low:.2f} % to {100 * ends.high:.2f} %)" in tiles
    assert f" to {today}, compared with the 28 days before" in seen["period"][0]
    assert "399.80" in tiles
    assert "of 11 of the shop" in tiles
    assert {row[0] for row in seen["rows"]} == {"home", "basket"}
    assert seen["tilesBesideItems"] == seen["tiles"]  # items know no visitors
    assert len(seen["lift"]) == 4 + 5  # of the period, and since the hold-out began
    assert "In this period: " in seen["liftTitles"][0]
    assert "began after this period" in seen["lastWeek"]
    rows = list(csv.DictReader(io.StringIO(seen["csv"])))
    assert sum(int(row["revenue_micros"] or 0) for row in rows) == 10 * 39_980_000
    file = tmp_path / "same.csv"
    report(server, "--by", "day,item", "--csv", str(file))
    assert figures(seen["csv"]) == figures(file.read_text())
    for screen in ("desk", "phone"):
        assert seen[screen] == {"axe": [], "covered": 0, "tooWide": False}, screen


def figures(text: str) -> list[dict[str, str | float]]:
    """Return the rows of a CSV; the two programs write numbers in different ways."""
    rows = csv.DictReader(io.StringIO(text))
    return [{name: number(one) for name, one in row.items()} for row in rows]


def number(text: str) -> str | float:
    try:
        return float(text)
    except ValueError:
        return text


def test_the_figures_of_the_day_are_metrics(server) -> None:
    url = f"http://127.0.0.1:{PORT}/metrics"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {KEY}"})
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read().decode()
    assert 'headwater_day_clicks{placement="home",policy=' in text
    assert 'headwater_day_shop_revenue{currency="EUR"} 404.8' in text
    assert "headwater_day_shop_orders 11.0" in text
    assert 'headwater_hold_out_lift{experiment="hold-out",metric="click_through"}' in text
