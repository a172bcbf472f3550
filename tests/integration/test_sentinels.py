"""Sentinels with users, passwords and TLS, and each thing that can be wrong with them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from headwater_server.errors import StoreRefused, StoreUnavailable
from headwater_server.storage.redis.reach import reach
from headwater_server.storage.redis.store import Store
from headwater_server.storage.redis.url import shown_url
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.api_server import free_port
from tests.integration.certificates import Authority
from tests.integration.conftest import program, running_server
from tests.integration.waiting import eventually

SETTINGS = StorageSettings(store_timeout_ms=3_000)
SECRETS = ("of-store", "of-sentinel")


@dataclass(frozen=True)
class Secured:
    """A store and a sentinel that want TLS, users and passwords."""

    port: int
    ca: Path

    def url(
        self, user: str = f"shop:{SECRETS[0]}", password: str = SECRETS[1], name: str = "shop"
    ) -> str:
        """Return a URL with a second sentinel that is not there."""
        query = f"ssl_ca_certs={self.ca}&sentinel_username=watch&sentinel_password={password}"
        hosts = f"localhost:1,localhost:{self.port}"
        return f"rediss+sentinel://{user}@{hosts}/{name}/0?{query}"


@pytest.fixture
async def secured(tmp_path: Path) -> AsyncIterator[Secured]:
    authority, port, own = Authority(tmp_path, "ca"), free_port(), free_port()
    certificate, key = authority.sign("localhost")
    tls = {
        "tls_cert_file": str(certificate), "tls_key_file": str(key),
        "tls_ca_cert_file": str(authority.ca), "tls_auth_clients": "no",
    }  # fmt: skip
    (tmp_path / "store").mkdir()
    async with running_server("redis", tmp_path / "store", tls_port=str(port), **tls):
        operator = Store(f"unix://{tmp_path}/store/s", SETTINGS)
        await operator.call("ACL", "SETUSER", "shop", "on", f">{SECRETS[0]}", "~hw:*", "+@all")
        await operator.close()
        lines = [f"{name.replace('_', '-')} {value}" for name, value in tls.items()]
        lines += [
            "port 0", f"tls-port {own}", "tls-replication yes", f"dir {tmp_path}",
            "sentinel resolve-hostnames yes", "sentinel announce-hostnames yes",
            f"sentinel monitor shop localhost {port} 1",
            f"user watch on >{SECRETS[1]} allchannels +@all", "user default off",
        ]  # fmt: skip
        async with sentinel(tmp_path, lines):
            yield Secured(own, authority.ca)


@asynccontextmanager
async def sentinel(path: Path, lines: list[str]) -> AsyncIterator[None]:
    file = path / "sentinel.conf"
    file.write_text("\n".join(lines) + "\n")
    command = (str(program("redis")), str(file), "--sentinel")
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def test_tls_users_and_passwords_on_both(secured: Secured) -> None:
    async def reached() -> bool:
        try:
            await reach(secured.url(), SETTINGS)
        except StoreUnavailable:
            return False
        return True

    await eventually(reached)
    async with open_storage(SETTINGS, redis_url=secured.url()) as storage:
        assert (await storage.log.append([storage.log.encode([])])).sequence == 1
    await refused(secured.url(password="wrong"), "WRONGPASS", "sentinel_password")
    await refused(secured.url(user="shop:wrong"), "WRONGPASS", "redis_url")
    await refused(secured.url(name="shoes"), "know no primary with the name shoes", "shoes at")
    plain = secured.url().replace("rediss", "redis").replace("ssl_ca_certs", "client_name")
    await refused(plain, "write rediss")
    assert not any(secret in shown_url(secured.url()) for secret in (*SECRETS, "watch", "shop:"))


async def refused(url: str, *words: str) -> None:
    """It is refused at once, by the reason, without a secret."""
    with pytest.raises(StoreRefused) as refusal:
        await reach(url, SETTINGS, patience_s=60)
    said = str(refusal.value)
    assert all(word in said for word in words), said
    assert not any(secret in said for secret in (*SECRETS, "wrong"))
    assert "\n" not in said


@pytest.mark.parametrize("scheme", ["redis+sentinel", "redis+cluster"])
async def test_nobody_there_is_said_of_all_of_them(scheme: str) -> None:
    name = "/shop/0" if scheme == "redis+sentinel" else ""
    url = f"{scheme}://:s3cret@127.0.0.1:1,no-such-host.invalid:2{name}"
    with pytest.raises(StoreUnavailable) as missing:
        await reach(url, SETTINGS)
    assert "connection is refused" in str(missing.value)
    assert "s3cret" not in str(missing.value)
    assert not isinstance(missing.value, StoreRefused)
