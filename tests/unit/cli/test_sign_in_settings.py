"""Settings of signing in: what contradicts itself is refused, and the secret is never shown."""

import pytest

from headwater_server.cli.commands.serve import for_server
from headwater_server.settings import load_settings
from headwater_server.settings_checks import BadSettings

ISSUER = {"oidc_issuer": "https://login.example", "oidc_client_id": "console"}
GATEWAY = {"gateway": "127.0.0.1:0", "data_dir": "here"}
KEYS = {"keys": "e7c1a59b04d8462fa3c0"}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("flags", "text"),
    [
        ({"oidc_client_id": "console"}, "without oidc_issuer"),
        ({"oidc_issuer": "https://login.example"}, "oidc_client_id is not"),
        ({**ISSUER, "oidc_scopes": "email"}, "oidc_scopes lacks openid"),
        ({**ISSUER, "oidc_roles": "staff=admin"}, "'staff=admin': write VALUE=ROLE"),
        ({**ISSUER, "oidc_issuer": "login.example"}, "oidc_issuer = 'login.example'"),
        ({**ISSUER, "oidc_console_url": "https://ops.example"}, "with the slash at its end"),
        ({**ISSUER, "oidc_session_minutes": 0}, "oidc_session_minutes = 0"),
        ({**ISSUER, "oidc_client_secret": ""}, "oidc_client_secret: write 1 to 512"),
        ({**ISSUER, "oidc_client_secret": "changeme"}, "oidc_client_secret: is a placeholder"),
    ],
)
def test_what_cannot_work_is_refused_with_the_fix(flags, text):
    with pytest.raises(BadSettings, match=text):
        load_settings(**flags)


def test_a_secret_comes_from_a_file_and_is_shown_nowhere(tmp_path):
    (tmp_path / "secret").write_text("s3cr3t-of-the-issuer\n")
    settings = load_settings(**ISSUER, oidc_client_secret="@secret")
    assert settings.sign_in.oidc_client_secret.get_secret_value() == "s3cr3t-of-the-issuer"
    assert "s3cr3t" not in repr(settings)


def test_signing_in_needs_an_unrestricted_key():
    with pytest.raises(BadSettings, match="oidc_issuer needs keys"):
        for_server(load_settings(**ISSUER, **GATEWAY))
    with pytest.raises(BadSettings, match="oidc_issuer needs keys"):
        for_server(load_settings(**ISSUER, **GATEWAY, keys=f"{KEYS['keys']};scopes=read"))
    assert for_server(load_settings(**ISSUER, **GATEWAY, **KEYS)).sign_in.oidc_issuer
