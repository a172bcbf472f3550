"""Each kind of file that shops have: read by the real reader, and what arrives."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.engine.settings import EngineSettings
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.problems import BadFile
from headwater_server.reading.reader import Asked, ShopFiles, read_shop
from headwater_server.reading.session import Session

FILES = Path(__file__).parents[2] / "fixtures" / "files"
CASES = sorted(FILES.glob("*/*.expected.json"))
NOW_MS = 1_775_000_000_000  # after all of the files' times


def read(path: Path, session: Session) -> ShopFiles:
    wanted = json.loads(path.read_text(encoding="utf-8"))
    files = {
        role: tuple(path.parent / name for name in names) for role, names in wanted["files"].items()
    }
    asked = Asked(**files, options=MappingOptions(**wanted["options"]))
    return read_shop(asked, EngineSettings(), NOW_MS, session)


def as_text(time_ms: int) -> str:
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    precision = "milliseconds" if time_ms % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")


def line(item: list) -> tuple:
    """An item as an expectation writes it: id, quantity, price, currency; or fewer of them."""
    item_id, quantity, price, currency = (*item, *(None, 1, None, "")[len(item) :])
    return item_id, float(quantity), price, currency


def event(got: Event, wanted: dict) -> dict:
    """The event as an expectation writes it; what that does not name is at its default."""
    assert got.event_time_ms is not None
    seen = {
        "time": as_text(got.event_time_ms),
        "type": got.event_type,
        "visitor": got.visitor_id,
        "items": [(i.item_id, i.quantity, i.price, i.currency_code) for i in got.items],
        "user": got.user_id,
        "session": got.session_id,
        "placement": got.placement,
        "value": got.value,
    }
    optional = {"event_id": got.event_id, "position": got.position}
    return seen | {name: optional[name] for name in optional if name in wanted}


def wanted_event(wanted: dict) -> dict:
    defaults = {"user": "", "session": "", "placement": "", "value": None}
    return defaults | wanted | {"items": [line(item) for item in wanted["items"]]}


@pytest.mark.parametrize(
    "path", CASES, ids=lambda path: f"{path.parent.name}-{path.name.split('.')[0]}"
)
def test_kind(path: Path) -> None:
    wanted = json.loads(path.read_text(encoding="utf-8"))
    with Session() as session:
        if "refused" in wanted:
            with pytest.raises(BadFile) as refused:
                read(path, session)
            assert wanted["refused"] in str(refused.value)
            return
        found = read(path, session)
        got = list(found.events.events()) if found.events else []
    events = wanted.get("events", [])
    assert [event(one, w) for one, w in zip(got, events, strict=False)] == [
        wanted_event(one) for one in events
    ]
    assert len(got) == len(events)
    check_items(found, wanted)
    check_report(found, wanted)


def check_items(found: ShopFiles, wanted: dict) -> None:
    got = {write.item.item_id: write.item for write in found.items}
    items = wanted.get("items", [])
    assert sorted(got) == sorted(one["item_id"] for one in items)
    for one in items:
        item = got[one["item_id"]]
        seen = {
            "item_id": item.item_id,
            "title": item.title,
            "categories": list(item.categories),
            "price": item.price,
            "currency": item.currency_code,
            "available": item.available,
            "tags": list(item.tags),
            "features": dict(item.features),
            "publish_time": as_text(item.publish_time_ms),
            "image_uri": item.image_uri,
            "uri": item.uri,
            "group_id": item.group_id,
        }
        assert {name: seen[name] for name in one} == one
    accounts = [{"user_id": w.user_id, "features": dict(w.features)} for w in found.users]
    assert accounts == wanted.get("accounts", [])


def check_report(found: ShopFiles, wanted: dict) -> None:
    report = found.report
    left_out = {reason: n for one in report.files for reason, n in one.left_out.items()}
    assert left_out == wanted.get("left_out", {})
    notes = "\n".join(note for one in report.files for note in one.notes)
    for note in wanted.get("notes", []):
        assert note in notes
    if "preset" in wanted:
        assert {one.preset for one in report.files if one.role != "accounts"} == {wanted["preset"]}


def test_there_are_enough_kinds() -> None:
    kinds = {path.parent.name for path in CASES}
    assert len(kinds) >= 30
