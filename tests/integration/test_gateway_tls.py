"""TLS in front of a real Envoy, and clients who show a certificate in place of a key."""

from __future__ import annotations

import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import pytest

from headwater.v1 import recommendation_service_pb2 as pb
from headwater.v1 import recommendation_service_pb2_grpc as pb_grpc
from headwater_server.gateway.settings import GatewaySettings
from tests.integration.api_server import free_port
from tests.integration.dict_replica import DictReplica
from tests.integration.gateway_before import envoy_folder, gateway_before
from tests.integration.gateway_server import BEARER, KEY
from tests.integration.waiting import PATIENCE_S

QUESTION = {"visitorId": "v"}


@dataclass(frozen=True)
class Papers:
    """Certificates of an authority, of a server, of a client, and of a client of nobody's."""

    folder: Path

    def pair(self, name: str) -> tuple[Path, Path]:
        return self.folder / f"{name}.pem", self.folder / f"{name}.key"

    @property
    def authority(self) -> Path:
        return self.folder / "authority.pem"

    def make(self, name: str, *signed: str) -> None:
        certificate, key = self.pair(name)
        command = [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
        ]
        command += ["-nodes", "-days", "2", "-subj", f"/CN={name}", "-out", str(certificate)]
        command += ["-keyout", str(key), *signed]
        subprocess.run(command, check=True, capture_output=True)

    def context(self, client: str = "") -> ssl.SSLContext:
        """What a client trusts, and shows."""
        context = ssl.create_default_context(cafile=str(self.authority))
        if client:
            context.load_cert_chain(*self.pair(client))
        return context

    def credentials(self, client: str = "") -> grpc.ChannelCredentials:
        certificate, key = self.pair(client) if client else (None, None)
        return grpc.ssl_channel_credentials(
            self.authority.read_bytes(),
            key.read_bytes() if key else None,
            certificate.read_bytes() if certificate else None,
        )


@pytest.fixture(scope="module")
def papers(tmp_path_factory) -> Papers:
    made = Papers(tmp_path_factory.mktemp("papers"))
    by_authority = ["-CA", str(made.authority), "-CAkey", str(made.pair("authority")[1])]
    leaf = ["-addext", "basicConstraints=critical,CA:FALSE"]
    made.make("authority")
    made.make(
        "server", *by_authority, *leaf, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"
    )
    made.make("client", *by_authority, *leaf)
    made.make("stranger")
    return made


@pytest.fixture
def settings(papers) -> GatewaySettings:
    certificate, key = papers.pair("server")
    return GatewaySettings(
        gateway_tls=f"127.0.0.1:{free_port()}",
        gateway_certificate=certificate,
        gateway_certificate_key=key,
        gateway_client_ca=papers.authority,
        gateway_access_log="none",
    )


@pytest.fixture
async def replica(settings) -> Iterator[DictReplica]:
    served = DictReplica()
    async with gateway_before(served, settings):
        yield served


def rest(settings: GatewaySettings, context: ssl.SSLContext, **headers: str) -> httpx.AsyncClient:
    url = f"https://{settings.gateway_tls}"
    return httpx.AsyncClient(base_url=url, verify=context, headers=headers, timeout=PATIENCE_S)


async def test_tls_with_a_key_and_without(papers, settings, replica):
    async with rest(settings, papers.context()) as client:
        assert (await client.post("/v1/recommend", json=QUESTION)).status_code == 401
        answer = await client.post("/v1/recommend", json=QUESTION, headers=BEARER)
        assert answer.status_code == 200


async def test_native_grpc_over_tls(papers, settings, replica):
    credentials, key = papers.credentials(), (("authorization", f"Bearer {KEY}"),)
    async with grpc.aio.secure_channel(settings.gateway_tls, credentials) as channel:
        stub = pb_grpc.RecommendationServiceStub(channel)
        await stub.Recommend(pb.RecommendRequest(visitor_id="v"), metadata=key)
        with pytest.raises(grpc.RpcError) as refused:
            await stub.Recommend(pb.RecommendRequest(visitor_id="v"))
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_who_shows_a_good_certificate_is_a_backend(papers, settings, replica):
    async with grpc.aio.secure_channel(settings.gateway_tls, papers.credentials("client")) as own:
        stub = pb_grpc.RecommendationServiceStub(own)
        await stub.Recommend(pb.RecommendRequest(visitor_id="v"))
    context = papers.context("client")
    for _ in range(2):  # the second connection would resume the first one's session
        async with rest(settings, context) as client:
            assert (await client.post("/v1/recommend", json=QUESTION)).status_code == 200
    assert len(replica.asked) == 3


async def test_a_certificate_does_not_stand_in_for_a_key_that_is_wrong(papers, settings, replica):
    async with rest(settings, papers.context("client"), authorization="Bearer wrong") as client:
        assert (await client.post("/v1/recommend", json=QUESTION)).status_code == 401


async def test_a_strangers_certificate_is_refused(papers, settings, replica):
    context = papers.context("stranger")
    with pytest.raises((httpx.TransportError, ssl.SSLError)):
        async with rest(settings, context) as client:
            await client.post("/v1/recommend", json=QUESTION, headers=BEARER)
    assert replica.asked == []


async def test_the_key_for_certificates_is_in_no_file(papers, settings, replica):
    files = [file for file in envoy_folder().rglob("*") if file.is_file()]
    assert len(files) == 2
    assert all(KEY.encode() not in file.read_bytes() for file in files)


async def test_a_certificate_of_an_authority_that_is_not_asked_for_is_only_tls(papers, settings):
    from dataclasses import replace

    plain, replica = replace(settings, gateway_client_ca=None), DictReplica()
    async with gateway_before(replica, plain), rest(plain, papers.context("client")) as client:
        assert (await client.post("/v1/recommend", json=QUESTION)).status_code == 401
