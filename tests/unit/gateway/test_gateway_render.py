"""What `headwater gateway render` writes: for Envoy, for people, for another machine."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.gateway.requirements import envoy_program

KEY = "a-backend-key-of-the-shop"
CERTIFICATE = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HEADWATER_KEYS", KEY)


@pytest.fixture
def certificate(tmp_path):
    files = ["-out", "server.pem", "-keyout", "server.key", "-subj", "/CN=gateway"]
    command = ["openssl", "req", *CERTIFICATE, *files]
    subprocess.run(command, check=True, capture_output=True)
    return ["--gateway-certificate", "server.pem", "--gateway-certificate-key", "server.key"]


def render(*flags):
    done = CliRunner().invoke(commands, ["gateway", "render", "--out", ".", *flags])
    assert done.exit_code == 0, done.output
    return Path("envoy.yaml").read_text()


def refused(config="envoy.yaml"):
    """Return what Envoy says against it."""
    command = [envoy_program(), "--mode", "validate", "-c", config]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    return done.stderr if done.returncode else ""


EVERYTHING = [
    "--gateway=0.0.0.0:8080",
    "--gateway-tls=0.0.0.0:8443",
    "--gateway-client-ca=server.pem",
    "--gateway-origins=https://shop.example,https://www.shop.example",
    "--gateway-backends=worker-1:50051,worker-2:50051",
    "--gateway-web=web:8081",
    "--gateway-metrics=0.0.0.0:9465",
    "--gateway-calls-per-second-max=1000",
    "--gateway-address-calls-per-second-max=100",
    "--gateway-key-calls-per-second-max=100",
    '--gateway-access-log=/var/log/it\'s "quoted": {x} # y.jsonl',
    "--gateway-proxies=1",
]


def test_envoy_takes_it_with_nothing_set_and_with_everything(certificate):
    render()
    assert refused() == ""
    everything = render(*EVERYTHING, *certificate)
    assert refused() == ""
    assert "STRICT_DNS" in everything  # names are looked up again and again
    assert "port_value: 9901" in everything  # the same on each machine
    assert everything.startswith("# Envoy in front of Headwater")


def test_no_path_of_this_machine_and_no_secret_is_in_it(tmp_path, certificate):
    everything = render(*EVERYTHING, *certificate)
    for secret in (KEY, str(tmp_path), f"{Path.home()}/", "PRIVATE KEY"):
        assert secret not in everything


def test_one_list_of_origins_is_allowed_and_let_through(certificate):
    everything = render(*EVERYTHING, *certificate)
    assert everything.count('exact: "https://shop.example"') == 2
    assert everything.count('exact: "https://localhost:8443"') == 2


def test_what_is_not_asked_for_is_not_there():
    plain = render()
    for absent in ("local_ratelimit.v3", "transport_sockets.tls", "/console", "name: metrics"):
        assert absent not in plain
    assert '"127.0.0.1", port_value: 50051' in plain  # where a server listens by itself


def test_it_is_the_same_each_time():
    assert render() == render()


def test_the_api_beside_it_is_the_one_that_the_server_answers():
    render()
    described = FileDescriptorSet.FromString(Path("headwater.binpb").read_bytes())
    services = {
        f"{one.package}.{service.name}" for one in described.file for service in one.service
    }
    assert "headwater.v1.FeedbackService" in services
    messages = {message.name for one in described.file for message in one.message_type}
    assert "BadRequest" in messages  # so that an error's field becomes JSON
