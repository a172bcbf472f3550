"""What a store says when it cannot be used: at once, in one line, with the fix, no password."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from headwater_server.errors import NotPermitted, StoreRefused, StoreUnavailable
from headwater_server.storage.redis.reach import check_user, reach
from headwater_server.storage.redis.store import Store
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.certificates import Authority
from tests.integration.conftest import BACKENDS, running_server, url_of
from tests.integration.waiting import STORE_TIMEOUT_MS, eventually

SETTINGS = StorageSettings(store_timeout_ms=STORE_TIMEOUT_MS)
SECRET = "s3cret"


@asynccontextmanager
async def listening(backend: str, path: Path, **options: str) -> AsyncIterator[str]:
    """A store on a port of this machine; yield host:port."""
    port, password = free_port(), options.pop("requirepass", "")
    async with running_server(backend, path, port=str(port), **options):
        if password:  # afterwards: the start waits for an answer to PING
            store = Store(url_of(path), SETTINGS)
            await store.call("CONFIG", "SET", "requirepass", password)
            await store.close()
        yield f"127.0.0.1:{port}"


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("options", "url", "words"),
    [
        ({"requirepass": "x"}, "redis://:s3cret@{}", "WRONGPASS"),
        ({"requirepass": "x"}, "redis://shop:s3cret@{}/0", "WRONGPASS"),
        ({"requirepass": "x"}, "redis://{}", r"requires a password \(NOAUTH\)"),
        ({}, "redis://:s3cret@{}", "has none for the default user"),
        ({}, "redis://{}/99", "no database with the number"),
        ({}, "redis://{}?s3cret=1", "options behind its"),
        ({}, "rediss://{}?ssl_ca_certs=/s3cret", "a file that is not there"),
    ],
)
async def test_a_refusal_says_the_stores_reason(
    backend: str, options: dict[str, str], url: str, words: str, tmp_path: Path
) -> None:
    async with listening(backend, tmp_path, **options) as address:
        with pytest.raises(StoreRefused, match=words) as refusal:
            await reach(url.format(address), SETTINGS, patience_s=60)
    assert SECRET not in str(refusal.value)
    assert "\n" not in str(refusal.value)


async def test_a_missing_right_is_named_with_the_line_that_grants_it(tmp_path: Path) -> None:
    async with listening("redis", tmp_path) as address:
        store = Store(f"redis://{address}", SETTINGS)
        await store.call("ACL", "SETUSER", "bob", "on", ">p", "~hw:*", "+@all", "-xadd", "-zadd")
        await store.call("ACL", "SETUSER", "eve", "on", ">p", "~other:*", "+@all")
        await store.call("ACL", "SETUSER", "ann", "on", ">p", "~hw:*", "+@all", "-evalsha")
        bob, eve, ann = (f"redis://{name}:p@{address}" for name in ("bob", "eve", "ann"))
        with pytest.raises(NotPermitted, match=r"run ZADD, XADD .*NAME \+zadd \+xadd`"):
            await check_user(bob, SETTINGS)
        with pytest.raises(NotPermitted, match=r"keys hw:\* .*~hw:\*"):
            await reach(eve, SETTINGS)
        with pytest.raises(NotPermitted, match=r"\+evalsha"):
            await check_user(ann, SETTINGS)
        await check_user(f"redis://{address}", SETTINGS)
        await store.close()


async def test_the_first_contact_sees_a_closed_store(tmp_path: Path) -> None:
    async with listening("redis", tmp_path, maxclients="1") as address:
        taken = Store(f"redis://{address}", SETTINGS)

        async def is_taken() -> bool:  # the connection of the start may not be closed yet
            try:
                return bool(await taken.call("PING"))
            except StoreUnavailable:
                return False

        await eventually(is_taken)
        with pytest.raises(StoreUnavailable, match="maximum number of clients"):
            await reach(f"redis://{address}", SETTINGS)
        await taken.close()


async def answer_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(10)
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n<html>")
    writer.close()


async def refuse_strangers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"-DENIED Redis is running in protected mode because ...\r\n")
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("answer", "words"), [(answer_http, "not a Redis"), (refuse_strangers, "protected mode")]
)
async def test_what_is_no_open_redis_is_named(answer, words: str) -> None:
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(StoreRefused, match=words):
            await reach(f"redis://127.0.0.1:{port}", SETTINGS, patience_s=60)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("redis://:s3cret@127.0.0.1:1", "connection is refused"),
        ("redis://:s3cret@no-such-host.invalid:1", "DNS"),
        ("unix://{}/none", "socket does not exist"),
    ],
)
async def test_nobody_there_is_said_in_the_words_of_the_system(
    url: str, words: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreUnavailable, match=words) as missing:
        await reach(url.format(tmp_path), SETTINGS)
    assert not isinstance(missing.value, StoreRefused)
    assert SECRET not in str(missing.value)


@asynccontextmanager
async def secured(path: Path, name: str) -> AsyncIterator[tuple[int, Authority]]:
    """A store that speaks TLS on its port, as ``name``."""
    authority, port = Authority(path, "shop-ca"), free_port()
    certificate, key = authority.sign(name)
    files = {"tls_cert_file": str(certificate), "tls_key_file": str(key)}
    async with running_server(
        "redis", path, tls_port=str(port), tls_ca_cert_file=str(authority.ca),
        tls_auth_clients="no", **files,
    ):  # fmt: skip
        yield port, authority


async def test_each_trouble_with_tls_has_its_own_words(tmp_path: Path) -> None:
    async with secured(tmp_path, "store.example") as (port, authority):
        for url, words in (
            (f"redis://127.0.0.1:{port}", "write rediss://"),
            (f"rediss://127.0.0.1:{port}", "no known authority"),
            (f"rediss://127.0.0.1:{port}?ssl_ca_certs={authority.ca}", "for another name"),
        ):
            with pytest.raises(StoreRefused, match=words):
                await reach(url, SETTINGS, patience_s=60)


async def test_tls_to_a_plain_port_is_named(tmp_path: Path) -> None:
    impatient = StorageSettings(store_timeout_ms=500)
    async with listening("redis", tmp_path) as address:
        with pytest.raises(StoreRefused, match="write redis:// instead"):
            await reach(f"rediss://{address}", impatient, patience_s=60)


@asynccontextmanager
async def cluster(path: Path, nodes: int = 3) -> AsyncIterator[list[str]]:
    """A cluster whose last node has all slots; yield the nodes' URLs."""
    async with AsyncExitStack() as stack:
        ports, stores = [], []
        for number in range(nodes):
            (path / str(number)).mkdir()
            bus = {"cluster_enabled": "yes", "cluster_port": str(free_port())}
            address = await stack.enter_async_context(listening("redis", path / str(number), **bus))
            ports.append((address, bus["cluster_port"]))
            stores.append(Store(f"redis://{address}", SETTINGS))
            stack.push_async_callback(stores[-1].close)
        await stores[-1].call("CLUSTER ADDSLOTSRANGE", 0, 16383)
        for address, bus_port in ports[1:]:
            await stores[0].call("CLUSTER MEET", *address.split(":"), bus_port)

        async def agree() -> bool:
            states = [await store.call("CLUSTER INFO") for store in stores]
            return all(state["cluster_state"] == "ok" for state in states)

        await eventually(agree)
        yield [f"redis://{address}" for address, _ in ports]


async def test_a_node_without_our_slot_names_the_one_that_has_it(tmp_path: Path) -> None:
    async with cluster(tmp_path) as urls:
        await reach(urls[0], SETTINGS)
        for url in (urls[0], urls[-1], urls[0].replace("redis:", "redis+cluster:")):
            async with open_storage(SETTINGS, redis_url=url) as storage:
                await storage.log.append([storage.log.encode([])])
                head = await storage.log.head()
        assert head.sequence == 3


@pytest.mark.parametrize("backend", BACKENDS)
async def test_what_a_running_store_says_reaches_the_caller(backend: str, tmp_path: Path) -> None:
    async with running_server(backend, tmp_path):
        store = Store(url_of(tmp_path), SETTINGS)
        async with open_storage(SETTINGS, redis_url=url_of(tmp_path)) as storage:
            log = storage.log
            await log.append([log.encode([])])
            await store.call("REPLICAOF", "127.0.0.1", "1")
            await refuses(log, "read-only replica .READONLY.")
            await store.call("REPLICAOF", "NO", "ONE")
            await store.call("ACL", "SETUSER", "default", "resetkeys", "~other:*")
            await refuses(log, "use the keys hw:")
            await store.call("ACL", "SETUSER", "default", "allkeys", "-evalsha")
            await refuses(log, r"\+evalsha")
            await store.call("ACL", "SETUSER", "default", "+evalsha", "-xadd")
            await refuses(log, "NOPERM")
            await store.call("ACL", "SETUSER", "default", "+xadd")
            await log.append([log.encode([])])
        await store.close()


async def refuses(log, words: str) -> None:
    with pytest.raises(StoreUnavailable, match=words):
        await log.append([log.encode([])])


@pytest.mark.parametrize("backend", BACKENDS)
async def test_a_key_that_another_program_wrote_is_named(backend: str, tmp_path: Path) -> None:
    async with running_server(backend, tmp_path), AsyncExitStack() as parts:
        store = Store(url_of(tmp_path), SETTINGS)
        parts.push_async_callback(store.close)
        await store.call("SET", "hw:{default}:log", "x")
        with pytest.raises(
            StoreUnavailable, match=r"another program wrote it; find it with `TYPE`"
        ):
            await store.call("XRANGE", "hw:{default}:log", "-", "+")
