"""The console in a real Chromium, through `serve --gateway`: each view shows what the API says."""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from headwater import Client, Event, ItemOrder
from headwater_server.cli.demo.crowd import SimulatedCrowd
from tests.integration.gateway_server import KEY, PAGE_KEY, READ_KEY, GatewayServer, gateway_server
from tests.system.console_browser import PAGE, need_console, play
from tests.system.shop_browser import ROOT, need_node_modules

BUILT = ROOT / "service" / "headwater_server" / "web" / "static" / "console"
VISITS = 150
FITS_NOTHING = '[{"name": "no such item", "kind": "pin", "slot": 1, "item_ids": ["gone"]}]'
FLAGS = (  # so that windows close, and lines get points, during a test
    "--metrics-sample-s", "0.2", "--attribution-window-minutes", "0.01", "--rules", FITS_NOTHING,
)  # fmt: skip

pytestmark = pytest.mark.timeout(300)  # the server may start with cold kernels


@dataclass(frozen=True)
class Shown:
    """A server with data behind its gateway; ``visitor_id`` is somebody who did something."""

    server: GatewayServer
    visitor_id: str

    def play(self, scenario: str, *arguments: str) -> Any:
        """Run a scenario of `web/console/e2e`; return what the page showed."""
        return play(self.server.url, scenario, *arguments)


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Iterator[Shown]:
    need_console()
    with gateway_server(tmp_path_factory, *FLAGS) as server:
        yield Shown(server, fill(server))


@pytest.fixture
def client(shown) -> Iterator[Client]:
    with Client(shown.server.address, key=KEY) as connected:
        yield connected


def fill(server: GatewayServer) -> str:
    """Let a crowd in, and send some that cannot be learned from; return one of the crowd."""
    crowd = SimulatedCrowd(1)
    with Client(server.address, key=KEY) as shop:
        shop.upsert_items(crowd.items)
        latest = ""
        for number, arrival in enumerate(crowd.arrivals()):
            if number >= VISITS and has_closed_windows(shop):
                break
            latest = visit(shop, arrival) or latest
        odd = [Event("nonsense", latest, ["x"]), Event("click", "", ["x"])]
        shop.feedback([*odd, *(Event("rating", f"v{n}", ["x"], value=1e99) for n in range(3))])
    return latest


def has_closed_windows(shop: Client) -> bool:
    """Whether a slate was learned from: its window closes with a later event."""
    return any(metric.placement == "home" for metric in shop.get_metrics())


def visit(shop: Client, arrival: Any) -> str:
    """Ask, look and act; return who did if anything was done."""
    who = arrival.visitor_id
    slate = shop.recommend(who, placement="home", page_size=20)
    seen = arrival.look(list(slate.item_ids))
    event = partial(Event, visitor_id=who, attribution_token=slate.attribution_token)
    events = [event("impression", items=list(seen.seen))] if seen.seen else []
    events += [Event(act.event_type, who, [act.item_id]) for act in seen.acts]
    if events:
        shop.feedback(events)
    return who if seen.acts else ""


def test_a_wrong_key_and_a_pages_key_are_refused(shown):
    seen = shown.play("refused", "a-key-that-is-none-of-ours", PAGE_KEY)
    assert seen["messages"] == [
        "The server does not accept this key.",
        (
            "This key has no access to the console. Use a backend key, without scopes or with the "
            "scope read."
        ),
    ]
    assert seen["inside"] == 0
    assert seen["kept"] == {"session": {}, "local": {}}
    assert seen["complaints"] == []


def test_the_key_is_kept_for_the_tab_alone_until_the_operator_signs_out(shown):
    assert shown.play("session") == {"inLocalStorage": False, "left": 0}


def test_the_overview_shows_figures_lines_and_health_in_light_and_dark(shown, client):
    # latencies are those of the last minute, and the line is 72 s long: the filling may be older
    client.recommend(shown.visitor_id, placement="home", timeout_s=20)
    seen = shown.play("overview")
    assert seen["tiles"]["Hit rate at 20"].endswith(" %")
    assert seen["tiles"]["Recommend, p99"].endswith(" ms")
    assert [name.partition(" · ")[0] for name in seen["placements"]] == ["all placements", "home"]
    assert len(seen["charts"]) == 4
    assert seen["charts"][0].startswith("Hit rate at 20 over time. Now: hit rate ")
    assert (seen["theme"], seen["health"]) == ("dark", "Healthy")
    assert seen["complaints"] == []


def test_replicas_are_listed_and_their_digests_compared(shown, client):
    seen = shown.play("replicas")
    (replica,) = client.list_replicas()
    assert len(seen["rows"]) == 1
    assert replica.replica_id in seen["rows"][0]
    assert "alive" in seen["rows"][0]
    assert seen["verdict"].startswith("One replica: nothing to compare with.")
    assert {"Recommend", "Feedback", "GetServing"} <= set(seen["methods"])
    assert seen["complaints"] == []


def test_the_quarantine_is_searched_by_reason_and_shows_the_event(shown, client):
    seen = shown.play("quarantine", KEY, "event_type")
    assert seen["all"] == len(list(client.list_quarantined_events()))
    assert len(seen["reasons"]) == 1
    assert "'nonsense' has no reward" in seen["reasons"][0]
    assert seen["event"]["eventType"] == "nonsense"
    assert seen["event"]["items"][0]["itemId"] == "x"
    assert seen["complaints"] == []


def test_items_are_listed_found_and_opened_by_the_keyboard(shown, client):
    best = next(client.list_item_statistics(order=ItemOrder.TOUCHES))
    words = " ".join(best.item.title.split()[1:3])
    seen = shown.play("catalogue", KEY, words)
    assert best.item.title in seen["first"][0]
    assert seen["first"][3] == str(best.touches)
    assert best.item.title in seen["suggested"]
    assert "filter" in seen["problem"]
    assert "character 8" in seen["problem"]
    assert words in seen["item"]
    assert len(seen["similar"]) >= 3
    assert seen["complaints"] == []


def test_items_are_listed_by_their_act_rate_at_a_placement(shown, client):
    order = ItemOrder.PROBABILITY_BEST
    best = next(client.list_item_statistics(order=order, placement="home"))
    rate = next(one for one in best.act_rates if one.placement == "home")
    seen = shown.play("actRates", KEY, "home", best.item.title)
    assert best.item.title in seen["best"][0]
    assert f"{rate.mean:.1%}" in seen["best"][6].replace(" ", "")
    placement, mean, interval, _, slots, _ = seen["rates"]
    assert placement == "home"
    assert f"{rate.mean:.1%}" in mean.replace(" ", "")
    assert f"{rate.low:.1%}" in interval.replace(" ", "")
    assert int(slots.replace(",", "")) == round(rate.seen)
    assert seen["complaints"] == []


def test_a_visitors_history_and_list_are_shown_with_what_moved_it(shown, client):
    before = client.get_model(compute_digest=True).digest
    seen = shown.play("visitor", KEY, shown.visitor_id)
    history = client.get_user(visitor_id=shown.visitor_id).history
    titles = [client.get_item(interaction.item_id).title for interaction in history]
    assert {shown.visitor_id[1:] in one for one in seen["found"]} == {True}
    assert seen["active"].startswith(shown.visitor_id)
    assert seen["history"] == titles
    assert len(seen["slots"]) == 10
    assert seen["bars"] >= 3
    assert seen["sentence"].endswith(".")
    assert len(seen["unknown"]) == 10
    assert seen["unknown"] != seen["slots"]
    assert seen["complaints"] == []
    assert client.get_model(compute_digest=True).digest == before


def test_storage_shows_the_log_and_the_store(shown, client):
    seen = shown.play("storage")
    kept = client.get_storage()
    assert seen["facts"]["In total"] == f"{kept.log_entries_ever:,}"
    assert seen["facts"]["Write to disk (fsync)"] == "everysec"
    assert seen["facts"]["Version"] == kept.store_version
    assert seen["complaints"] == []


def test_an_operator_downloads_what_the_catalogue_holds(shown, client):
    seen = shown.play("exported", KEY, READ_KEY)
    items = len(list(client.list_items()))
    assert seen["files"]["headwater-items.jsonl"].endswith(f"{items:,} rows")
    assert re.fullmatch(
        r"headwater-events.csv: [1-9][\d,]* rows", seen["files"]["headwater-events.csv"]
    )
    assert "a key with the scope export" in seen["why"]
    assert seen["complaints"] == []


EVENTS_CSV = """\
timestamp,event_id,event_type,visitor_id,item_id,quantity,price,context
1600000000,imported-1,detail-page-view,"imported, quoted",{item},,,
1600000060.5,imported-2,purchase-complete,"imported, quoted",{item},2,9,"{{""device"": ""phone""}}"
1600000060.5,imported-2,purchase-complete,"imported, quoted",another,1,3,"{{""device"": ""phone""}}"
yesterday,imported-3,detail-page-view,imported,{item},,,
1600000000,imported-4,detail-page-view,,{item},,,
1600000000,imported-5,nonsense,imported,{item},,,
"""
ITEM = {
    "item_id": "imported-item",
    "title": "A lamp",
    "tags": ["new"],
    "watts": 40,
    "colour": "red",
}


def test_an_operator_imports_files_that_are_checked_first(shown, client, tmp_path):
    item = next(iter(client.list_items())).item_id
    (tmp_path / "events.csv").write_text(EVENTS_CSV.format(item=item))
    (tmp_path / "items.jsonl.gz").write_bytes(gzip.compress(json.dumps(ITEM).encode()))
    (tmp_path / "other.csv").write_text("user;rating\n1;2\n")
    (tmp_path / "latin.csv").write_bytes("event_id,event_type\n1,caf\xe9\n".encode("latin-1"))
    names = [("Events", "events.csv"), ("Events", "events.csv"), ("Items", "items.jsonl.gz")]
    names += [("Events", "other.csv"), ("Events", "latin.csv")]
    files = [{"table": table, "path": str(tmp_path / name)} for table, name in names]
    seen = shown.play("imported", KEY, READ_KEY, json.dumps(files))
    first, again, items, other, latin = seen["shown"]
    assert first["warnings"] == [
        "1 row: timestamp is neither seconds since 1970 nor a time with its zone (first: row 4)",
        "1 row: visitor_id and user_id are missing (first: row 5)",
    ]
    assert first["done"][0] == "2 new, 1 in quarantine"
    assert "row 6: " in first["done"][1]
    assert again["done"][0] == "2 known before, 1 in quarantine"
    assert items["done"] == ["1 written"]
    assert "No row has event_id" in other["refused"][0]
    assert "not UTF-8" in latin["refused"][0]
    assert "a key with the scope feedback" in seen["why"]
    assert seen["complaints"] == []
    lamp = next(one for one in client.list_items() if one.item_id == "imported-item")
    assert (lamp.title, lamp.tags) == ("A lamp", ("new",))
    assert lamp.features == {"watts": 40.0, "colour": "red"}


def test_settings_show_values_changes_and_what_fits_nothing(shown, client):
    seen = shown.play("settings")
    answer = client.list_settings_changes()
    assert [row[0].split()[0] for row in seen["inForce"]] == [one.name for one in answer.settings]
    window = next(row for row in seen["inForce"] if "attribution_window_minutes" in row[0])
    assert window == ["attribution_window_minutes changed", "0.01", "30.0"]
    names = ("name", "old_value", "new_value", "who")
    assert [row[:-1] for row in seen["changes"]] == [
        [getattr(change, name) for name in names] for change in answer.changes
    ]
    assert {change.name for change in answer.changes} == {"attribution_window_minutes", "rules"}
    assert seen["warnings"] == list(answer.warnings)
    assert 'rules "no such item"' in seen["warnings"][0]
    assert seen["complaints"] == []


def test_a_link_with_a_lone_percent_sign_opens_its_view(shown):
    seen = shown.play("oddLinks")
    assert seen["titles"][1:] == ["Visitors", "Overview", "Quarantine"]
    assert "100%" in seen["titles"][0]
    assert not [text for text in seen["complaints"] if "URI" in text]


def test_without_experiments_the_next_step_is_said(shown):
    seen = shown.play("noExperiments")
    assert "headwater experiment create FILE.toml" in seen["experiments"]
    assert "docs/experiments-in-your-shop.md" in seen["experiments"]
    promoted, policies, shadows, evaluations = seen["policies"]
    assert promoted.startswith("Nothing is promoted")
    assert "headwater policy put NAME SETTING=VALUE" in policies
    assert "headwater shadow --policy NAME" in shadows
    assert "headwater evaluate --policy NAME" in evaluations
    assert seen["unknown"].startswith("No experiment has this name")
    assert seen["complaints"] == []


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_rebuild_gives_the_committed_bytes(tmp_path):
    need_node_modules(PAGE)
    subprocess.run(["npm", "run", "--silent", "check"], cwd=PAGE, check=True)
    build = ["npx", "vite", "build", "--outDir", str(tmp_path), "--emptyOutDir", "--logLevel=error"]
    subprocess.run(build, cwd=PAGE, check=True)
    assert files_of(tmp_path) == files_of(BUILT)
