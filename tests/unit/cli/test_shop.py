"""What the demo shop is filled with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter

from headwater_server.cli.demo.shop.filling import recorded, simulated
from headwater_server.cli.demo.shop.goods import Goods
from headwater_server.cli.demo.shop.past import simulated_past
from headwater_server.cli.demo.shop.processes import Keys
from headwater_server.cli.demo.shop.shoppers import crowd
from headwater_server.cli.reading.flags import Reading
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_history

NOW_S = 1_800_000_000.0
WEEK_S = 7 * 24 * 3600


def test_the_same_seed_gives_the_same_goods_and_the_same_past():
    goods = Goods(3)
    assert goods.products == Goods(3).products
    pasts = [simulated_past(crowd(goods, 20, 3), 30, NOW_S, 3) for _ in range(2)]
    assert pasts[0] == pasts[1]
    assert pasts[0] != simulated_past(crowd(goods, 20, 4), 30, NOW_S, 4)


def test_every_kind_is_on_sale_from_every_maker_and_has_an_occasion():
    goods = Goods(1)
    assert len({product.item_id for product in goods.products}) == 300
    assert len({product.category for product in goods.products}) == 10
    assert {kind for of in goods.occasions for kind in of.kinds} == set(goods.by_kind)
    assert all(product.price > 0 and product.text for product in goods.products)


def test_the_crowd_drifts_towards_what_is_warm():
    goods = Goods(1)
    rows = simulated_past(crowd(goods, 200, 1), 800, NOW_S, 1)
    weeks: list[Counter[str]] = [Counter(), Counter()]
    for time_s, _, item_id, _ in rows:
        weeks[time_s > NOW_S - 2 * WEEK_S][goods.by_id[item_id].kind] += 1
    shares = [week["slippers"] / week.total() for week in weeks]
    assert shares[1] > 1.5 * shares[0]


def test_its_files_are_what_import_reads_and_what_the_page_reads(tmp_path):
    shop = simulated(tmp_path, Keys(), 1, 0)
    history = read_history(shop.events, shop.items, EngineSettings())
    assert len(history.items) == 300
    config = json.loads((tmp_path / "config.json").read_text())
    assert config["pageKey"].startswith("demo-page-")
    products = json.loads((tmp_path / "catalogue.json").read_text())["products"]
    assert {product["id"] for product in products} == {w.item.item_id for w in history.items}


def test_a_shop_of_ones_own_ends_now_and_shows_what_had_most_interactions_first(tmp_path):
    events, items = tmp_path / "mine.csv", tmp_path / "items.csv"
    events.write_text(
        "timestamp,user_id,item_id,event_type\n"
        "1600000001,a,x,view\n1600000002,a,y,view\n1600000003,b,y,view\n"
    )
    items.write_text("item_id,title,categories,price\ny,Yarn,wool|craft,4.5\nz,Zinc,metal,\n")
    shop = recorded(tmp_path / "page", Keys(), Reading((events,), (items,)))
    assert read_history(shop.events, None, EngineSettings()).events.times_ms[-1] > 1_700_000_000_000
    catalogue = json.loads((tmp_path / "page" / "catalogue.json").read_text())["products"]
    assert [product["name"] for product in catalogue] == ["Yarn", "x", "Zinc"]
    assert catalogue[0]["price"] == 4.5


def test_items_without_events_are_refused():
    command = [sys.executable, "-m", "headwater_server", "demo", "--shop", "--items", "x.csv"]
    result = subprocess.run(command, check=False, capture_output=True, text=True)
    assert result.returncode == 2
    assert "--items needs --events" in result.stderr
