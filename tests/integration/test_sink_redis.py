"""The sink in Redis: a batch is there whole or not at all, whatever its server answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.sinks.port import BadSink, Record, SinkReplaced, Target
from headwater_server.sinks.redis.place import redis_place
from headwater_server.sinks.redis.target import RedisTarget
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import Storage
from tests.integration.api_server import free_port
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.sinking import SETTINGS, IntoRedis, act, append, has, once, places, running
from tests.integration.waiting import eventually

SECRET = "s3cret-of-the-sink"
RIGHTS = "+eval +evalsha +hmget +hget +hset +exists +xlen +xadd"


@pytest.fixture
def into(settings: StorageSettings, server_dir: Path) -> IntoRedis:
    return IntoRedis(url_of(server_dir), settings.catalogue)


def records(*streams: str) -> list[Record]:
    return [Record(name, "v", b'{"visitor_id":"v"}') for name in streams]


async def check_nothing_of_it(into: IntoRedis, mark: bytes | None) -> None:
    """Check that only the batch before is there."""
    async with into.target() as target:
        assert await target.mark() == mark
    assert len(await into.has("slates")) == (1 if mark else 0)


async def begun(target: Target) -> None:
    """Put a first batch: one slate, and the mark 1."""
    assert await target.mark() is None
    await target.put(records("slates"), b"1")


async def test_an_older_sink_is_refused_and_its_batch_is_not_there(into: IntoRedis) -> None:
    async with into.target() as older:
        await begun(older)
        async with into.target() as newer:
            assert await newer.mark() == b"1"
            with pytest.raises(SinkReplaced, match="another `headwater sink` writes"):
                await older.put(records("slates"), b"2")
            await newer.put(records("outcomes"), b"3")
    await check_nothing_of_it(into, b"3")


async def test_what_a_failover_lost_is_noticed_and_comes_again(
    storage: Storage, store: Store, into: IntoRedis
) -> None:
    await append(storage, act(1))
    await once(storage, into)
    position = f"{into.prefix}.position"
    before = await store.call("HGET", position, "mark")
    async with into.target() as target:
        assert await target.mark() == before
        await target.put(records("slates"), b"2")
        await store.call("DEL", f"{into.prefix}.slates")
        await store.call("HSET", position, "mark", before)
        with pytest.raises(StoreUnavailable, match="lost its last writes") as raised:
            await target.put(records("slates"), b"3")
        assert not isinstance(raised.value, StoreRefused)  # so a run takes over, and goes on
    await append(storage, act(2))
    await once(storage, into)
    assert places(await into.has("outcomes")) == [(1, 0), (2, 0)]


@pytest.mark.parametrize(
    "owner", [b"0:other", None], ids=["a take-over was lost", "all of it was lost"]
)
async def test_a_sink_whose_own_take_over_was_lost_is_not_replaced(
    store: Store, into: IntoRedis, owner: bytes | None
) -> None:
    position = f"{into.prefix}.position"
    async with into.target() as target:
        await begun(target)
        await store.call("DEL", position, f"{into.prefix}.slates")
        if owner:
            await store.call("HSET", position, "owner", owner)
        with pytest.raises(StoreUnavailable, match="lost its last writes"):
            await target.put(records("slates"), b"2")
    await check_nothing_of_it(into, None)


async def test_a_batch_with_a_key_of_another_type_is_not_there(
    store: Store, into: IntoRedis
) -> None:
    key = f"{into.prefix}.erasures"
    async with into.target() as target:
        await begun(target)
        await store.call("SET", key, "mine")
        with pytest.raises(StoreRefused, match=rf"prefix {into.prefix} holds something else"):
            await target.put(records("slates", "outcomes", "erasures"), b"2")
    with pytest.raises(StoreRefused, match="name another prefix"):
        async with into.target():
            pass
    await store.call("DEL", key)
    await check_nothing_of_it(into, b"1")


async def test_entries_of_something_else_are_not_added_to(store: Store, into: IntoRedis) -> None:
    await store.call("XGROUP", "CREATE", f"{into.prefix}.outcomes", "readers", 0, "MKSTREAM")
    await check_nothing_of_it(into.beside("empty"), None)
    async with into.target():
        pass  # a group of readers may be there before the sink
    other = into.beside("other")
    await store.call("XADD", f"{other.prefix}.slates", "*", "a", "b")
    with pytest.raises(BadSink, match=rf"the key {other.prefix}\.slates holds something"):
        async with other.target():
            pass
    third = into.beside("third")
    await store.call("HSET", f"{third.prefix}.position", "a", "b")
    with pytest.raises(BadSink, match=rf"the key {third.prefix}\.position holds something"):
        async with third.target():
            pass


async def test_the_rights_of_the_docs_are_enough_and_one_that_is_taken_away_is_named(
    store: Store, into: IntoRedis, server_dir: Path
) -> None:
    user, keys = f"sink-{into.prefix}", f"~{into.prefix}.*"
    rights = ("on", f">{SECRET}", keys, *RIGHTS.split())
    await store.call("ACL", "SETUSER", user, "reset", *rights)
    place = redis_place(f"unix://{user}:{SECRET}@{server_dir}/s?prefix={into.prefix}&maxlen=9")
    try:
        async with RedisTarget(place, SETTINGS) as target:
            await begun(target)
            await target.put(records("outcomes", "erasures"), b"2")
            for taken in ("-xadd", "-hset", "resetkeys"):
                await store.call("ACL", "SETUSER", user, taken)
                with pytest.raises(NotPermitted, match=r"run `ACL SETUSER NAME ~.*\+xadd") as bad:
                    await target.put(records("slates"), b"3")
                assert SECRET not in str(bad.value)
                await store.call("ACL", "SETUSER", user, keys, *RIGHTS.split())
    finally:
        await store.call("ACL", "DELUSER", user)
    await check_nothing_of_it(into, b"2")


async def test_a_store_that_is_full_takes_nothing_and_is_waited_for(
    store: Store, into: IntoRedis
) -> None:
    async with into.target() as target:
        await begun(target)
        await store.call("CONFIG", "SET", "maxmemory", "1")
        try:
            with pytest.raises(StoreUnavailable, match=r"the sink's store is full \(OOM") as raised:
                await target.put(records("slates", "outcomes"), b"2")
        finally:
            await store.call("CONFIG", "SET", "maxmemory", "0")
        assert not isinstance(raised.value, StoreRefused)
        await target.put(records("outcomes"), b"3")
    await check_nothing_of_it(into, b"3")


async def test_maxlen_bounds_each_stream(into: IntoRedis) -> None:
    place = redis_place(f"{into.url}&maxlen=100")
    async with RedisTarget(place, SETTINGS) as target:
        await target.mark()
        for number in range(5):
            await target.put(records(*["outcomes"] * 200), str(number).encode())
    kept = await into.has("outcomes")
    assert 100 <= len(kept) <= 300  # whole nodes of a stream are dropped


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_store_that_is_started_again_is_waited_for_and_nothing_is_doubled(
    storage: Storage, backend: str, tmp_path: Path
) -> None:
    into, path = IntoRedis(url_of(tmp_path), "shop"), tmp_path
    await append(storage, act(1))
    async with running_server(backend, path):
        following = asyncio.create_task(running(storage, into).forever())
        await eventually(lambda: has(into, 1))
    await append(storage, act(2))
    async with running_server(backend, path):
        await eventually(lambda: following.done() or has(into, 2))
        assert not following.done(), following.exception()
        await append(storage, act(3))
        await eventually(lambda: following.done() or has(into, 3))
        following.cancel()
        assert places(await into.has("outcomes")) == [(1, 0), (2, 0), (3, 0)]


@pytest.mark.parametrize("scheme", ["redis", "redis+cluster"])
@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_keys_of_a_cluster_are_in_one_slot(
    backend: str, scheme: str, tmp_path: Path
) -> None:
    async with cluster(backend, tmp_path) as (operator, address):
        url = f"{scheme}://{address}?prefix=shop"
        async with RedisTarget(redis_place(url), SETTINGS) as target:
            await begun(target)
            await target.put(records("outcomes", "slates"), b"2")
            assert await target.mark() == b"2"
        assert await operator.call("XLEN", "{shop}.slates") == 2


@asynccontextmanager
async def cluster(backend: str, path: Path) -> AsyncIterator[tuple[Store, str]]:
    """Run a cluster of one node."""
    port, address = str(free_port()), {"cluster_announce_ip": "127.0.0.1"}
    bus = {"cluster_enabled": "yes", "cluster_port": str(free_port())}
    async with running_server(backend, path, port=port, **bus, **address):
        operator = Store(url_of(path), SETTINGS)
        await operator.call("CLUSTER", "ADDSLOTSRANGE", 0, 16_383)

        async def serves() -> bool:
            return "ok" in str(await operator.call("CLUSTER", "INFO")).split("cluster_slots")[0]

        await eventually(serves)
        yield operator, f"127.0.0.1:{port}"
        await operator.close()


async def test_what_does_not_answer_or_refuses_is_named_without_a_password(
    server_dir: Path,
) -> None:
    away = redis_place(f"redis://shop:{SECRET}@127.0.0.1:{free_port()}/0?prefix=shop")
    with pytest.raises(StoreUnavailable, match="sink's store does not answer") as raised:
        async with RedisTarget(away, SETTINGS):
            pass
    assert "acknowledged" not in str(raised.value)
    for place, says in (
        (f"unix://shop:{SECRET}@{server_dir}/s?prefix=shop", "the URL of the sink"),
        (f"{url_of(server_dir)}?prefix=shop&max_len=9", "check the options behind its"),
    ):
        with pytest.raises(StoreRefused, match=says) as refused:
            async with RedisTarget(redis_place(place), SETTINGS):
                pass
        assert SECRET not in str(refused.value) + repr(redis_place(place))


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("redis://h:6379/0", "prefix is missing"),
        ("redis://h:6379/0?prefix=", "prefix is missing"),
        ("redis://h:6379/0?prefix=a:b", "letters, digits, dots"),
        ("redis://h:6379/0?prefix={a}", "letters, digits, dots"),
        ("redis://h:6379/0?prefix=a&prefix=b", "prefix is given twice"),
        ("redis://h:6379/0?prefix=a&maxlen=0", "maxlen: write how many"),
        ("redis://h:6379/0?prefix=a&maxlen=-1", "maxlen: write how many"),
        ("redis://h:6379/0?prefix=a&maxlen=1e3", "maxlen: write how many"),
        ("redis://h:6379/0?prefix=a&maxlen=٣", "maxlen: write how many"),
        ("redis://h:6379/shop?prefix=a", "the number of the database"),
        ("redis://:s3/cret@h:6379/0?prefix=a", "of a password as %2F"),
        ("redis://h:99999/0?prefix=a", "a port is a number"),
        ("redis+sentinel://h:26379?prefix=a", "the name that the sentinels have"),
        ("unix://?prefix=a", "write unix:///path"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_words(url: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        redis_place(url)
    assert "s3" not in str(raised.value)
