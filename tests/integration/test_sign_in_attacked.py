"""What somebody does who wants in without being let in, and what a provider does on a bad day."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc.jwk import RSAKey

from headwater_server.personalizer.calls.handling import KEY_HEADER, answer, key_of_call
from headwater_server.web.oidc.cookies import RENEWAL, Cookies
from headwater_server.web.person_sessions import READ_PATHS, PersonSessions
from tests.integration.sign_in_provider import SpoiledProvider, running_provider
from tests.integration.test_sign_in import (
    CONSOLE,
    KEY,
    OWN,
    browser,
    come_back,
    problem_of,
    server,
    settings_for,
)

__all__ = ["server"]


@pytest.fixture
async def provider() -> AsyncIterator[SpoiledProvider]:
    async with running_provider() as running:
        yield running


@pytest.fixture
async def page(provider, server) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(settings_for(provider), target=server) as client:
        yield client


ROLES = {
    "missing": None,
    "empty text": "",
    "empty list": [],
    "a number": 7,
    "true": True,
    "a table": {"operate": True},
    "a list in a list": [["operate"]],
    "numbers": [1, 2],
    "another case": ["Operate"],
    "part of a word": ["operate-not", "xedit"],
    "with spaces around": [" operate "],
}


@pytest.mark.parametrize("roles", ROLES.values(), ids=list(ROLES))
async def test_a_claim_that_names_no_role_exactly_gives_none(page, provider, roles):
    provider.claims["roles"] = roles
    assert problem_of(await come_back(page, provider)) == "role"
    assert (await page.get("/console/auth/session")).json()["session"] is None


@pytest.mark.parametrize("claims", [{}, {"realm": None}, {"realm": "operate"}, {"realm": [1]}])
async def test_a_path_into_claims_that_is_not_there_gives_no_role(provider, claims):
    provider.claims = {"email": "anna@shop.example", "roles": ["operate"], **claims}
    asked = replace(settings_for(provider), oidc_role_claim="realm.roles")
    async with browser(asked) as page:
        assert problem_of(await come_back(page, provider)) == "role"


async def test_a_role_that_only_userinfo_has_counts_beside_a_table_of_the_same_name(provider):
    provider.claims = {"email": "anna@shop.example", "realm": {}}
    provider.person = {"sub": "7", "realm": {"roles": ["edit"]}}
    asked = replace(settings_for(provider), oidc_role_claim="realm.roles")
    async with browser(asked) as page:
        await come_back(page, provider)
        assert (await page.get("/console/auth/session")).json()["session"]["role"] == "edit"


@pytest.mark.parametrize("verified", [False, "false"])
async def test_an_address_that_is_not_verified_names_nobody(page, provider, verified):
    provider.claims |= {"email": "ceo@shop.example", "email_verified": verified}
    await come_back(page, provider)
    assert (await page.get("/console/auth/session")).json()["session"]["who"] == "7"


ODD = {
    "sub is a number": {"sub": 7},
    "sub is a list": {"sub": ["7"]},
    "sub is empty": {"sub": ""},
    "sub has a line end": {"sub": "7\n8"},
    "aud is a number": {"aud": 7},
    "aud is empty": {"aud": []},
    "exp is text": {"exp": "tomorrow"},
    "exp is not finite": {"exp": float("inf")},
    "iat is text": {"iat": "now"},
    "iss is a list": {"iss": ["https://evil.example"]},
    "nonce is a list": {"nonce": ["another"]},
    "azp is a list": {"azp": ["console"]},
}


@pytest.mark.parametrize("claims", ODD.values(), ids=list(ODD))
async def test_claims_of_another_type_are_refused_and_break_nothing(page, provider, claims):
    provider.spoil = lambda header, found: found.update(claims)
    assert problem_of(await come_back(page, provider)) == "token"


@pytest.mark.parametrize("token", ["", "a.b.c", "....", 7, None, ["x"], "é.é.é", "e30.e30."])
async def test_what_is_no_token_is_refused(page, provider, token):
    provider.sign = lambda header, claims: token
    assert problem_of(await come_back(page, provider)) == "token"


@pytest.mark.parametrize("seconds", [-50, 50])
async def test_clocks_may_differ_by_a_minute(page, provider, seconds):
    now = int(time.time())
    provider.spoil = lambda header, claims: claims.update(iat=now + seconds, exp=now + seconds + 5)
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


async def test_a_new_key_without_a_name_is_found(page, provider, monkeypatch):
    monkeypatch.setattr("headwater_server.web.oidc.provider.AGAIN_S", 0.0)
    provider.spoil = lambda header, claims: header.pop("kid")
    await come_back(page, provider)
    provider.key = provider.published = RSAKey.generate_key(2048, {"kid": "second"})
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


async def test_an_address_that_is_none_is_a_problem_of_the_provider(page, provider):
    provider.document = {"token_endpoint": "http://[::1/token"}
    assert problem_of(await page.get("/console/auth/sign-in")) == "provider"


async def test_a_provider_that_goes_away_ends_no_session_before_its_time(page, provider):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    address, provider.away = provider.url, True
    refused = await page.post("/console/auth/renew", headers=OWN)
    assert (refused.status_code, refused.json()["problem"]) == (503, "provider")
    assert (await page.get("/console/auth/session")).json()["session"]["role"] == "operate"
    assert problem_of(await come_back_while_away(page, address)) == "provider"
    provider.away = False
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 200


async def come_back_while_away(page, issuer) -> httpx.Response:
    """Begin with what is kept of the provider; its token endpoint answers no more."""
    begun = await page.get("/console/auth/sign-in")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    said = {"code": "code-0", "state": state, "iss": issuer}
    return await page.get("/console/auth/callback", params=said)


async def test_a_provider_that_was_away_at_the_start_is_used_when_it_is_back(page, provider):
    provider.away = True
    assert problem_of(await page.get("/console/auth/sign-in")) == "provider"
    provider.away = False
    assert (await come_back(page, provider)).headers["location"] == CONSOLE


async def test_who_loses_the_role_loses_the_session_with_the_next_renewal(page, provider):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    provider.claims["roles"] = []
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    assert not page.cookies
    assert (await page.get("/console/auth/session")).json()["session"] is None


async def test_a_cookie_serves_only_what_it_was_made_for(page, provider):
    provider.refresh_token = "a-refresh-token"
    begun = await page.get("/console/auth/sign-in")
    under_way = page.cookies["headwater-sign-in"]
    page.cookies.set(RENEWAL, under_way)
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    page.cookies.set(RENEWAL, Cookies("another-key").sealed({"token": "x"}, RENEWAL, 60))
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    page.cookies.set(RENEWAL, Cookies(KEY).sealed({"token": "x"}, RENEWAL, -1))
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    page.cookies.delete("headwater-sign-in")
    said = provider.authorize(begun.headers["location"])
    assert problem_of(await page.get("/console/auth/callback", params=said)) == "state"


@pytest.mark.parametrize("path", ["renew", "sign-out"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_page_of_another_site_neither_renews_nor_signs_out(page, provider, path, method):
    await come_back(page, provider)
    foreign = {"origin": "https://evil.example"}
    refused = await page.request(method, f"/console/auth/{path}", headers=foreign)
    assert (refused.status_code == 403) == (method == "POST")  # a GET is a page of the console
    assert "set-cookie" not in refused.headers
    asked = {**foreign, "access-control-request-method": "POST"}
    asked["access-control-request-headers"] = "x-headwater-console"
    preflight = await page.options(f"/console/auth/{path}", headers=asked)
    assert "access-control-allow-origin" not in preflight.headers
    assert (await page.get("/console/auth/session")).json()["session"] is not None


async def key_that(method: str, path: str, **headers: str) -> str:
    """Return the key that an endpoint of the web process gets for a call."""
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.routing import Route

    async def said(request):
        return answer(200, key_of_call(request))

    app = Starlette(
        routes=[Route("/{rest:path}", said, methods=["GET", "POST"])],
        middleware=[Middleware(PersonSessions)],
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1"
    ) as client:
        found: str = (await client.request(method, path, headers=headers)).json()
        return found


async def test_a_session_reads_personalizers_figures_and_nothing_else_of_it():
    cookie = {"cookie": "headwater-session=hws1.a.b", **OWN}
    (figures,) = READ_PATHS
    assert await key_that("GET", figures, **cookie) == "hws1.a.b"
    tls = {"cookie": "headwater-session=bad; __Host-headwater-session=hws1.c.d", **OWN}
    assert await key_that("GET", figures, **tls) == "hws1.c.d"
    assert await key_that("GET", figures, cookie=cookie["cookie"]) == ""  # of another site
    assert await key_that("GET", figures, **cookie, **{KEY_HEADER: "own"}) == "own"
    assert await key_that("POST", figures, **cookie) == ""
    assert await key_that("GET", "/personalizer/v1.0/configurations/service", **cookie) == ""
