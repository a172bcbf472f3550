"""Go's and Java's clients at the gateway's TLS port: they trust only the given authority."""

from __future__ import annotations

import json
import os
import subprocess

import pytest

from tests.integration.api_server import free_port
from tests.integration.certificates import Authority
from tests.integration.gateway_server import KEY, gateway_server
from tests.system.client_programs import go_programs, java_programs

PORT = free_port()

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.timeout(600),
]  # a fresh machine downloads and builds first


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("ours"), "ours")


@pytest.fixture(scope="module")
def gateway(ours, tmp_path_factory):
    certificate, key = ours.sign("localhost")
    flags = ("--gateway-tls", f"127.0.0.1:{PORT}", "--gateway-certificate", str(certificate))
    with gateway_server(tmp_path_factory, *flags, "--gateway-certificate-key", str(key)) as running:
        yield running


@pytest.mark.parametrize("programs_of", [go_programs, java_programs], ids=["go", "java"])
def test_a_certificate_is_trusted_that_the_named_authority_signed(
    gateway, ours, tmp_path, programs_of
):
    programs = programs_of()

    def asked(authority: Authority) -> subprocess.CompletedProcess[str]:
        environment = {"HEADWATER_KEY": KEY, "HEADWATER_TARGET": f"localhost:{PORT}"}
        return subprocess.run(
            [*programs.shop, "ask"],
            env={**os.environ, **environment, "HEADWATER_CA_FILE": str(authority.ca)},
            check=False,
            capture_output=True,
            text=True,
        )

    answer = asked(ours)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert json.loads(answer.stdout)["recommendation_id"]
    refused = asked(Authority(tmp_path, "theirs"))
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "certificat" in refused.stderr.lower()
