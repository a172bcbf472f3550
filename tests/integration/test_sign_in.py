"""Signing in by OpenID Connect: who gets in, as whom, and what is refused with which sentence."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import OctKey
from pydantic import SecretStr

from headwater_server.api.settings import ApiSettings
from headwater_server.gateway.sign_in_settings import SignInSettings
from headwater_server.web.app import make_app
from headwater_server.web.oidc.routes import sign_in_routes
from headwater_server.web.oidc.servers import Servers
from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica
from tests.integration.sign_in_provider import (
    CLIENT,
    SECRET,
    SpoiledProvider,
    new_key,
    running_provider,
    unsigned,
)

KEY = "a-whole-key-of-the-backend"
CONSOLE = "http://127.0.0.1:8080/console/"
OWN = {"x-headwater-console": "1"}
NOBODY = "127.0.0.1:1"  # no server listens there


@pytest.fixture
async def provider() -> AsyncIterator[SpoiledProvider]:
    async with running_provider() as running:
        yield running


def settings_for(provider: SpoiledProvider) -> SignInSettings:
    return SignInSettings(
        oidc_issuer=provider.url, oidc_client_id=CLIENT, oidc_client_secret=SecretStr(SECRET)
    )


def browser(
    settings: SignInSettings, base: str = "http://127.0.0.1:8080", target: str = NOBODY
) -> httpx.AsyncClient:
    app = make_app(more_routes=sign_in_routes(settings, KEY, Servers(target)))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=base)


@pytest.fixture
async def server() -> AsyncIterator[str]:
    """A server that takes the sessions."""
    async with serving(DictReplica(), ApiSettings(keys=SecretStr(KEY), stop_grace_s=0)) as target:
        yield target


@pytest.fixture
async def page(provider, server) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(settings_for(provider), target=server) as client:
        yield client


async def come_back(page, provider, **changes) -> httpx.Response:
    """Begin a sign-in, log in at the provider, and come back to the console."""
    begun = await page.get("/console/auth/sign-in")
    assert begun.status_code == 303
    said = provider.authorize(begun.headers["location"], **changes)
    return await page.get("/console/auth/callback", params=said)


async def test_a_person_signs_in_and_the_session_says_who_and_which_role(page, provider):
    back = await come_back(page, provider)
    assert (back.status_code, back.headers["location"]) == (303, CONSOLE)
    cookie = next(c for c in back.headers.get_list("set-cookie") if "headwater-session" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    shown = (await page.get("/console/auth/session")).json()
    assert shown["session"].pop("seconds") == pytest.approx(3600, abs=60)
    assert shown["session"] == {
        "who": "anna@shop.example (7)",
        "role": "operate",
        "renews": False,
    }
    assert shown["signIn"] == urlsplit(provider.url).netloc


@pytest.mark.parametrize(
    ("roles", "role"),
    [(["staff", "read"], "read"), ("read edit", "edit"), (["operate", "read"], "operate")],
)
async def test_the_strongest_role_counts(page, provider, roles, role):
    provider.claims["roles"] = roles
    await come_back(page, provider)
    assert (await page.get("/console/auth/session")).json()["session"]["role"] == role


async def test_a_claim_inside_another_and_other_names_of_roles(provider):
    provider.claims = {"realm": {"roles": ["hw-staff"]}, "preferred_username": "Anna"}
    asked = replace(
        settings_for(provider),
        oidc_role_claim="realm.roles",
        oidc_roles=("hw-staff=read", "hw-admins=operate"),
        oidc_name_claim="preferred_username",
    )
    async with browser(asked) as page:
        await come_back(page, provider)
        session = (await page.get("/console/auth/session")).json()["session"]
    assert (session["who"], session["role"]) == ("Anna (7)", "read")


async def test_claims_that_only_userinfo_has_count_if_it_is_of_the_same_person(page, provider):
    provider.claims = {}
    provider.person = {"sub": "7", "email": "anna@shop.example", "roles": ["edit"]}
    await come_back(page, provider)
    assert (await page.get("/console/auth/session")).json()["session"]["role"] == "edit"
    await page.post("/console/auth/sign-out", headers=OWN)
    provider.person = {"sub": "8", "roles": ["operate"]}
    back = await come_back(page, provider)
    assert problem_of(back) == "token"


def problem_of(back: httpx.Response) -> str:
    assert back.status_code == 303
    assert not [
        c for c in back.headers.get_list("set-cookie") if c.startswith("headwater-session=h")
    ]
    return parse_qs(urlsplit(back.headers["location"]).query)["problem"][0]


SPOILT = {
    "wrong issuer": lambda header, claims: claims.update(iss="https://evil.example"),
    "wrong audience": lambda header, claims: claims.update(aud="another-client"),
    "several audiences without azp": lambda header, claims: claims.update(aud=[CLIENT, "other"]),
    "azp is another client": lambda header, claims: claims.update(azp="another-client"),
    "expired": lambda header, claims: claims.update(exp=int(time.time()) - 120),
    "of the future": lambda header, claims: claims.update(iat=int(time.time()) + 600),
    "not yet valid": lambda header, claims: claims.update(nbf=int(time.time()) + 600),
    "unknown kid": lambda header, claims: header.update(kid="unknown"),
    "wrong nonce": lambda header, claims: claims.update(nonce="another"),
    "no nonce": lambda header, claims: claims.pop("nonce"),
    "no subject": lambda header, claims: claims.pop("sub"),
    "no expiry": lambda header, claims: claims.pop("exp"),
}


@pytest.mark.parametrize("what", SPOILT)
async def test_a_token_that_is_not_what_it_must_be_is_refused(page, provider, what):
    provider.spoil = SPOILT[what]
    assert problem_of(await come_back(page, provider)) == "token"
    assert (await page.get("/console/auth/session")).json()["session"] is None


async def test_a_token_of_another_key_without_signature_or_by_the_secret_is_refused(page, provider):
    provider.key = new_key("first")  # the name of the published one
    assert problem_of(await come_back(page, provider)) == "token"
    provider.sign = unsigned
    assert problem_of(await come_back(page, provider)) == "token"
    hmac_key = OctKey.import_key(SECRET, {"kid": "first"})
    from joserfc import jwt

    provider.sign = lambda header, claims: jwt.encode({**header, "alg": "HS256"}, claims, hmac_key)
    assert problem_of(await come_back(page, provider)) == "token"


async def test_a_clock_that_differs_a_little_is_no_problem(page, provider):
    provider.spoil = lambda header, claims: claims.update(exp=int(time.time()) - 20)
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


async def test_a_new_key_of_the_provider_is_found(page, provider, monkeypatch):
    monkeypatch.setattr("headwater_server.web.oidc.provider.AGAIN_S", 0.0)
    await come_back(page, provider)
    provider.key = provider.published = new_key("second")
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"state": "another"}, "state"),
        ({"iss": "https://evil.example"}, "token"),
        ({"code": "made-up"}, "state"),
    ],
    ids=["tampered state", "of another issuer", "made-up code"],
)
async def test_an_answer_that_was_changed_on_the_way_is_refused(page, provider, changes, problem):
    assert problem_of(await come_back(page, provider, **changes)) == problem


async def test_an_answer_is_taken_once_and_only_by_the_browser_that_began(page, provider):
    begun = await page.get("/console/auth/sign-in")
    said = provider.authorize(begun.headers["location"])
    async with browser(settings_for(provider)) as other:
        assert problem_of(await other.get("/console/auth/callback", params=said)) == "state"
    cookies = dict(page.cookies)
    assert (await page.get("/console/auth/callback", params=said)).headers["location"] == CONSOLE
    page.cookies.update(cookies)  # somebody kept the cookie of the sign-in, too
    assert problem_of(await page.get("/console/auth/callback", params=said)) == "state"


async def test_a_person_without_a_role_or_who_cancels_gets_a_sentence_of_their_own(page, provider):
    provider.claims["roles"] = ["staff"]
    assert problem_of(await come_back(page, provider)) == "role"
    await page.get("/console/auth/sign-in")
    begun = await page.get("/console/auth/sign-in")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    said = {"error": "access_denied", "state": state}
    assert problem_of(await page.get("/console/auth/callback", params=said)) == "denied"


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.example/token"},
        {"jwks_uri": None},
    ],
    ids=["of another issuer", "in the clear", "without keys"],
)
async def test_a_provider_that_cannot_be_trusted_is_not_used(page, provider, document):
    provider.document = document
    assert problem_of(await page.get("/console/auth/sign-in")) == "provider"


async def test_a_provider_that_is_away_is_said_to_be(provider):
    away = replace(settings_for(provider), oidc_issuer="http://127.0.0.1:9")
    async with browser(away) as page:
        assert problem_of(await page.get("/console/auth/sign-in")) == "provider"
        assert (await page.get("/console/auth/session")).json()["session"] is None


async def test_no_answer_and_no_log_line_holds_a_secret(page, provider, capsys):
    provider.refresh_token = "the-refresh-token"
    back = await come_back(page, provider)
    provider.claims["roles"] = []
    await come_back(page, provider)
    said = capsys.readouterr()
    shown = said.out + said.err + back.text + str(back.headers.get_list("location"))
    shown += (await page.get("/console/auth/session")).text
    assert "sign-in failed" in said.out + said.err
    for secret in (SECRET, KEY, "the-refresh-token", "the-access-token", "code-0", "eyJ"):
        assert secret not in shown


async def test_a_session_is_renewed_with_the_roles_of_now_until_they_are_taken(page, provider):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    assert (await page.get("/console/auth/session")).json()["session"]["renews"]
    assert (await page.post("/console/auth/renew")).status_code == 403  # no page of ours asks so
    provider.claims["roles"] = ["read"]
    renewed = await page.post("/console/auth/renew", headers=OWN)
    assert renewed.json()["session"]["role"] == "read"
    provider.spoil = lambda header, claims: claims.update(sub="8")
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    assert not page.cookies
    provider.spoil = lambda header, claims: None
    await come_back(page, provider)
    provider.claims["roles"] = []
    refused = await page.post("/console/auth/renew", headers=OWN)
    assert (refused.status_code, refused.json()["problem"]) == (401, "role")


async def test_with_tls_the_cookies_are_for_this_host_and_for_tls_alone(provider):
    asked = replace(settings_for(provider), oidc_console_url="https://ops.example/console/")
    async with browser(asked, "https://ops.example") as page:
        back = await come_back(page, provider)
    assert back.headers["location"] == "https://ops.example/console/"
    cookie = next(c for c in back.headers.get_list("set-cookie") if "headwater-session=h" in c)
    assert cookie.startswith("__Host-")
    assert "; Secure" in cookie
