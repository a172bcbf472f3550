"""TLS and mTLS of the Python client, and a key that may not do everything.

The server itself speaks no TLS; what ends it here is Python's own, where a gateway would be.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

import headwater
from headwater_server.api.settings import ApiSettings
from tests.integration.api_server import serving
from tests.integration.certificates import Authority
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

KEY, PAGE_KEY = "a-key-of-the-shop-1234", "a-key-of-its-pages-12"


@pytest.fixture(scope="module")
def ours(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def theirs(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("theirs"), "theirs")


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    finally:
        writer.close()


@asynccontextmanager
async def encrypted(address: str, context: ssl.SSLContext) -> AsyncIterator[str]:
    """Take TLS on a free port, and pass on what is in it; give ``localhost:port``."""
    host, _, port = address.rpartition(":")
    context.set_alpn_protocols(["h2"])

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(port))
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=context)
    try:
        yield f"localhost:{listener.sockets[0].getsockname()[1]}"
    finally:
        listener.close()


def context_of(authority: Authority, name: str = "localhost") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*authority.sign(name))
    return context


async def asked(
    target: str, tls: headwater.Tls | bool, timeout_s: float = PATIENCE_S
) -> headwater.Recommendation:
    """Ask with both clients; return what the second heard."""

    def with_threads() -> None:
        with headwater.Client(target, tls=tls) as shop:
            shop.recommend("v", timeout_s=timeout_s)

    await asyncio.to_thread(with_threads)
    async with headwater.AsyncClient(target, tls=tls) as shop:
        return await shop.recommend("v", timeout_s=timeout_s)


async def test_a_server_is_trusted_whose_certificate_our_authority_signed(ours, theirs) -> None:
    async with serving(DictReplica()) as listen:
        async with encrypted(listen, context_of(ours)) as target:
            assert (await asked(target, headwater.Tls(ca_file=ours.ca))).offset == "0"
            for stranger in (headwater.Tls(ca_file=theirs.ca), True, False):
                with pytest.raises((headwater.UnavailableError, headwater.DeadlineExceededError)):
                    await asked(target, stranger, timeout_s=3)
        async with encrypted(listen, context_of(ours, "shop.example")) as target:
            named = headwater.Tls(ca_file=ours.ca, server_name="shop.example")
            assert (await asked(target, named)).offset == "0"
            with pytest.raises((headwater.UnavailableError, headwater.DeadlineExceededError)):
                await asked(target, headwater.Tls(ca_file=ours.ca), timeout_s=3)


async def test_a_caller_shows_a_certificate_of_its_own(ours, theirs) -> None:
    context = context_of(ours)
    context.load_verify_locations(ours.ca)
    context.verify_mode = ssl.CERT_REQUIRED
    async with serving(DictReplica()) as listen, encrypted(listen, context) as target:
        mine = headwater.Tls(ours.ca, *ours.sign("shop"))
        assert (await asked(target, mine)).offset == "0"
        for stranger in (headwater.Tls(ours.ca), headwater.Tls(ours.ca, *theirs.sign("shop"))):
            with pytest.raises((headwater.UnavailableError, headwater.DeadlineExceededError)):
                await asked(target, stranger, timeout_s=3)


async def test_files_that_cannot_be_are_refused_before_the_first_call(ours, tmp_path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    with pytest.raises(ValueError, match=r"ca_file: .*wrong\.pem is no PEM file"):
        headwater.Client("localhost:1", tls=headwater.Tls(wrong))
    with pytest.raises(FileNotFoundError, match=r"missing\.pem"):
        headwater.AsyncClient("localhost:1", tls=headwater.Tls(tmp_path / "missing.pem"))
    with pytest.raises(ValueError, match="credentials and tls say the same"):
        headwater.Client("localhost:1", headwater.Tls(ours.ca).credentials(), tls=True)


async def test_a_key_without_the_scope_is_a_permission_denied_error() -> None:
    pages = SecretStr(f"{PAGE_KEY};scopes=recommend")
    keys = ApiSettings(keys=SecretStr(KEY), page_keys=pages, stop_grace_s=0)
    lost = []
    async with serving(DictReplica(), keys) as listen:
        async with headwater.AsyncClient(listen, key=PAGE_KEY) as page:
            assert (await page.recommend("v")).offset == "0"
            with pytest.raises(headwater.PermissionDeniedError) as denied:
                await page.upsert_items([headwater.Item("boots")])
            async with headwater.AsyncFeedbackBuffer(
                page, on_lost=lambda *problem: lost.append(problem)
            ) as buffer:
                await buffer.add(headwater.Event("click", "v", items=["boots"]))
        async with headwater.AsyncClient(listen, key="another-key-of-nobody") as stranger:
            with pytest.raises(headwater.UnauthenticatedError):
                await stranger.recommend("v")
    assert denied.value.code.name == "PERMISSION_DENIED"
    assert [reason.split(":")[0] for _, reason in lost] == ["PermissionDeniedError"]
