"""Brokers that want TLS and SASL: who may, and that no message shows a password."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from headwater_server.engine.messages.events import Event
from headwater_server.errors import StoreUnavailable
from headwater_server.storage.kafka.url import PASSWORD, USER
from headwater_server.storage.settings import StorageSettings
from headwater_server.storage.storage import open_storage
from tests.integration.certificates import Authority
from tests.kafka.brokers import Brokers, free_port, running_brokers

pytestmark = pytest.mark.thorough  # another broker; the URL's parts are tested beside them
SECRET = "s3cret/with@signs"
LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


class Closed:
    """A broker with a listener for users behind TLS; ``url`` is that listener's."""

    def __init__(self, brokers: Brokers, port: int, authority: Authority) -> None:
        self.brokers = brokers
        self.authority = authority
        self._address = f"localhost:{port}"

    def url(self, topic: str, *options: str, login: str = "") -> str:
        joined = "&".join(options)
        return f"kafka://{login}{self._address}/{topic}" + (f"?{joined}" if joined else "")


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Closed]:
    path, port = tmp_path_factory.mktemp("authority"), free_port()
    authority = Authority(path, "brokers")
    certificate, key = authority.sign("localhost")
    both = path / "broker.pem"
    both.write_text(key.read_text() + certificate.read_text())
    with running_brokers(
        1,
        formatting=("--add-scram", f"SCRAM-SHA-512=[name=shop,password={SECRET}]"),
        **{
            "listeners": f"PLAINTEXT://@,SASL_SSL://localhost:{port},CONTROLLER://@",
            "listener.security.protocol.map":
                "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT",
            "advertised.listeners": f"PLAINTEXT://@,SASL_SSL://localhost:{port}",
            "sasl.enabled.mechanisms": "SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": LOGIN,
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(both),
        },
    ) as brokers:  # fmt: skip
        yield Closed(brokers, port, authority)


async def appended(url: str, settings: StorageSettings, path: Path) -> int:
    async with open_storage(settings, log=url, snapshots=f"file://{path}/objects") as storage:
        event = Event("e", "click", "v")
        return (await storage.log.append([storage.log.encode([event])])).sequence


async def test_a_user_with_the_right_password_behind_tls_may(
    closed: Closed, settings: StorageSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ("tls=true", f"ca_file={closed.authority.ca}")
    login = f"shop:{quote(SECRET, safe='')}@"
    assert await appended(closed.url("login", *tls, login=login), settings, tmp_path) == 1
    monkeypatch.setenv(USER, "shop")
    monkeypatch.setenv(PASSWORD, SECRET)
    assert await appended(closed.url("login", *tls), settings, tmp_path) == 2


async def test_a_wrong_password_is_refused_and_not_shown(
    closed: Closed, settings: StorageSettings, tmp_path: Path
) -> None:
    tls = ("tls=true", f"ca_file={closed.authority.ca}")
    with pytest.raises(StoreUnavailable) as refused:
        await appended(closed.url("login", *tls, login="shop:wrong@"), settings, tmp_path)
    assert "wrong" not in str(refused.value)
    assert "localhost" in str(refused.value)
