"""Gorse's exports, in each format it has had, become the same shop."""

from __future__ import annotations

import asyncio
import gzip

import pytest
from typer.testing import CliRunner

from headwater_server.cli.importing.sender import send
from headwater_server.cli.root import commands
from headwater_server.engine.settings import EngineSettings
from headwater_server.evaluation.shop_history import read_asked
from headwater_server.reading.asked import Asked
from headwater_server.reading.mapping.options import MappingOptions
from headwater_server.reading.problems import BadFile
from tests.integration import gorse_files as gorse
from tests.integration.conftest import url_of
from tests.integration.served import Served

FORMATS = {
    "json lines": (
        gorse.json_lines(gorse.FEEDBACK),
        gorse.json_lines(gorse.ITEMS),
        gorse.json_lines(gorse.USERS),
    ),
    "rest": (
        gorse.rest_page("Feedback", gorse.FEEDBACK),
        gorse.rest_page("Items", gorse.ITEMS),
        gorse.rest_page("Users", gorse.USERS),
    ),
    "csv": (gorse.FEEDBACK_CSV, gorse.ITEMS_CSV, gorse.USERS_CSV),
    "dump": (gorse.DUMP,) * 3,
    "gzipped dump": (gzip.compress(gorse.DUMP),) * 3,
}


@pytest.fixture(params=FORMATS)
def files(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, raw in zip(("feedback", "items", "users"), FORMATS[request.param], strict=True):
        (tmp_path / name).write_bytes(raw)
    return tmp_path


def _history(path):
    return _read(path / "feedback", path / "items", path / "users")


def _read(events, *others):
    items, users = others or (None, None)
    options = MappingOptions(preset="gorse")
    asked = Asked((events,), (items,) if items else (), (users,) if users else (), options)
    return read_asked(asked, EngineSettings())


def test_each_format_gives_the_same_events_in_the_order_of_their_times(files):
    events = list(_history(files).file.events())
    assert [
        (e.event_type, e.visitor_id, e.user_id, e.items[0].item_id, e.event_time_ms) for e in events
    ] == [
        ("impression", "ann", "ann", "boots", (gorse.MAY_1 - 3600) * 1000 + 250),
        ("favorite", "ann", "ann", "boots", gorse.MAY_1 * 1000),
        ("click", "bob", "bob", "socks", gorse.MAY_1 * 1000),
    ]


def test_hidden_items_are_not_available_and_labels_are_features_and_tags(files):
    history = _history(files)
    boots, socks = (write.item for write in history.items)
    assert (boots.title, boots.categories) == ("Warm boots", ("shoes", "winter"))
    assert (boots.available, socks.available) == (True, False)
    assert boots.publish_time_ms == 1_704_164_645_000
    assert socks.publish_time_ms == 0
    assert socks.tags == ("wool",)
    if boots.features:  # a CSV has plain labels only
        assert (boots.features, boots.tags) == ((("colour", "red"),), ("for=men", "for=kids"))
    else:
        assert boots.tags == ("red", "men")
    (ann,) = history.users
    assert ann.user_id == "ann"
    assert {name for name, _ in ann.features} & {"segment", "vip"}


def test_the_command_imports_goes_on_and_maps_types(files):
    command = ["import", "--format", "gorse", "--events", "feedback", "--items", "items"]
    command += ["--users", "users", "--type", "read=detail-page-view", "--data-dir", "data"]
    first = CliRunner().invoke(commands, command)
    assert first.exit_code == 0, first.output
    assert "3 events written, 0 existed already" in first.output
    again = CliRunner().invoke(commands, command)
    assert "0 events written, 3 existed already" in again.output
    assert first.output.split("digest")[1] == again.output.split("digest")[1]


@pytest.mark.parametrize(
    ("feedback", "text"),
    [
        (b'{"FeedbackType": "zap", "UserId": "a", "ItemId": "b"}', "--type zap=click"),
        (b'{"FeedbackType": "click", "UserId": "", "ItemId": "b"}', "column UserId: empty"),
        (b'{"FeedbackType": "click", "UserId": "a", "ItemId": "b"}', "column Timestamp: empty"),
        (
            b'{"FeedbackType": "click", "UserId": "a", "ItemId": "b", "Timestamp": "now"}',
            "column Timestamp: 'aaa' is no time that is known",
        ),
        (
            b'{"FeedbackType": "rating", "UserId": "a", "ItemId": "b", "Value": -1}',
            "no rating: a number from 0 to 5",
        ),
        (b'{"FeedbackType": "click"', "not JSON: value 1 is damaged or cut short"),
        (b"", "the file is empty"),
        (gorse.DUMP[:-9], "cut short"),
        (gorse.FEEDBACK_CSV + b"star,ann\r\n", "line 5: fewer cells than the 4"),
    ],
    ids=["type", "id", "no times", "time", "rating", "json", "nothing", "dump", "csv"],
)
def test_what_is_wrong_is_said_before_anything_is_used(tmp_path, feedback, text):
    (tmp_path / "feedback").write_bytes(feedback)
    with pytest.raises(BadFile, match="nothing was read from it") as bad:
        _read(tmp_path / "feedback")
    assert text in str(bad.value)


def test_what_has_no_time_comes_first(tmp_path):
    late = dict(gorse.FEEDBACK[0], Timestamp="")
    (tmp_path / "feedback").write_bytes(gorse.json_lines([*gorse.FEEDBACK[1:], late]))
    events = _read(tmp_path / "feedback").file
    assert [event.event_type for event in events.events()] == ["favorite", "impression", "click"]
    assert events.times_ms[0] == events.times_ms[1]


def test_a_value_of_0_is_none_except_of_a_rating(tmp_path):
    rated = dict(gorse.FEEDBACK[0], FeedbackType="rating")
    (tmp_path / "feedback").write_bytes(gorse.json_lines([*gorse.FEEDBACK, rated]))
    values = {one.event_type: one.value for one in _read(tmp_path / "feedback").file.events()}
    assert values == {"impression": 1.5, "favorite": None, "click": None, "rating": 0.0}


def test_labels_of_any_depth_are_read_and_what_is_too_long_is_cut(tmp_path):
    labels = {
        "a b": {"c": {"d": "deep"}}, "new": True, "size": 3, "none": None, "text": "é" * 2_000,
        "for": ["men", "k" * 300], "embedding": [0.1, 0.2], "inner": {"list": ["x"]},
    }  # fmt: skip
    item = dict(gorse.ITEMS[0], Labels=labels, Comment="w" * 5_000)
    plain = dict(gorse.ITEMS[1], Labels=[f"l{n}" for n in range(150)])
    user = dict(gorse.USERS[0], Labels=["vip", "x" * 200])
    (tmp_path / "feedback").write_bytes(gorse.json_lines(gorse.FEEDBACK))
    (tmp_path / "items").write_bytes(gorse.json_lines([item, plain]))
    (tmp_path / "users").write_bytes(gorse.json_lines([user]))
    history = _history(tmp_path)
    one, other = (write.item for write in history.items)
    features = dict(one.features)
    assert features.pop("text") == "é" * 256
    assert features == {"a b.c.d": "deep", "new": "true", "size": 3.0}
    assert (len(one.title), one.tags[0], one.tags[2]) == (256, "for=men", "inner.list=x")
    assert one.tags[1].startswith("for=kkk")
    assert len(one.tags[1]) <= 256
    assert (len(one.tags), len(other.tags)) == (3, 100)
    assert [dict(write.features) for write in history.users] == [{"vip": 1.0, "x" * 32: 1.0}]


def test_a_dump_is_known_without_a_flag_and_what_is_used_is_not_said_to_be_unused(tmp_path):
    (tmp_path / "shop.bin").write_bytes(gorse.DUMP)
    path = str(tmp_path / "shop.bin")
    of_all = CliRunner().invoke(
        commands, ["import", "--check", "--events", path, "--items", path, "--users", path]
    )
    assert (of_all.exit_code, "not used" in of_all.output) == (0, False), of_all.output
    assert "3 events from 2024-05-01T09:00:00Z" in of_all.output
    of_events = CliRunner().invoke(commands, ["import", "--check", "--events", path])
    assert of_events.output.count("not used") == 2


@pytest.mark.parametrize("damaged", [-9, -40, 20, 9])
def test_a_dump_that_is_damaged_is_refused(tmp_path, damaged):
    (tmp_path / "feedback").write_bytes(gorse.DUMP[:damaged])
    with pytest.raises(BadFile, match="cut short"):
        _read(tmp_path / "feedback")


def test_a_message_of_a_dump_that_is_none_is_named(tmp_path):
    (tmp_path / "feedback").write_bytes(gorse.DUMP.replace(b'{"segment"', b'["segment"'))
    with pytest.raises(BadFile, match="line 1: no message of Gorse's users"):
        _read(tmp_path / "feedback")


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        (("--format", "gorse", "--type", "read"), "write THEIRS=OURS"),
    ],
)
def test_flags_that_contradict_are_refused(flags, text):
    command = ["import", "--events", "e", "--data-dir", "d", *flags]
    ended = CliRunner().invoke(commands, command)
    assert (ended.exit_code, text in ended.output) == (2, True), ended.output


async def test_a_running_server_gets_items_users_and_events(tmp_path, server_dir, settings):
    for name, raw in zip(("feedback", "items", "users"), FORMATS["json lines"], strict=True):
        (tmp_path / name).write_bytes(raw)
    served = Served(url_of(server_dir), settings.catalogue)
    await served.start()
    try:
        history, address = _history(tmp_path), served.proxy.address
        for outcome in ("created", "exists"):
            outcomes = await asyncio.to_thread(send, address, "", history, 2, lambda _: None)
            assert outcomes == {outcome: 3}
        boots, socks = [await served.client.get_item(name) for name in ("boots", "socks")]
        assert (boots.tags, boots.publish_time.year) == (("for=men", "for=kids"), 2024)
        assert not socks.available
        ann = await served.client.get_user("ann")
        assert ann.user.features["segment"] == "vip"
        assert [one.item_id for one in ann.history] == ["boots"]
    finally:
        await served.stop()
