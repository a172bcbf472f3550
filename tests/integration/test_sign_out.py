"""Signing out of the console: the session, its copies and what renews it end at once."""

from __future__ import annotations

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from headwater import AsyncClient, UnauthenticatedError
from headwater_server.api.access.sessions import Session, signed
from headwater_server.web.oidc.cookies import Cookies
from tests.integration.test_sign_in import (  # the fixtures, too
    CONSOLE,
    KEY,
    OWN,
    browser,
    come_back,
    page,
    provider,
    server,
    settings_for,
)

__all__ = ["page", "provider", "server"]


async def test_signing_out_deletes_the_session_and_names_the_providers_page(page, provider):
    await come_back(page, provider)
    assert (await page.post("/console/auth/sign-out")).status_code == 403
    said = (await page.post("/console/auth/sign-out", headers=OWN)).json()
    end = urlsplit(said["location"])
    assert f"{end.scheme}://{end.netloc}{end.path}" == f"{provider.url}/end"
    assert parse_qs(end.query)["post_logout_redirect_uri"] == [CONSOLE]
    assert not page.cookies
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401


async def test_a_copy_of_the_cookies_neither_calls_nor_renews_after_signing_out(
    page, provider, server
):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    stolen = dict(page.cookies)
    async with AsyncClient(server, key=stolen["headwater-session"]) as copy:
        assert (await copy.get_serving()).scopes
        signed_out = await page.post("/console/auth/sign-out", headers=OWN)
        assert (signed_out.status_code, signed_out.json()["ended"]) == (200, True)
        with pytest.raises(UnauthenticatedError, match="session has ended"):
            await copy.get_serving()
    page.cookies.update(stolen)
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    page.cookies.update(stolen)
    again = await page.post("/console/auth/sign-out", headers=OWN)  # it may be repeated
    assert (again.status_code, again.json()["ended"]) == (200, True)


async def test_a_renewed_session_ends_with_the_one_before(page, provider, server):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    before = page.cookies["headwater-session"]
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 200
    await page.post("/console/auth/sign-out", headers=OWN)
    async with AsyncClient(server, key=before) as copy:
        with pytest.raises(UnauthenticatedError):
            await copy.get_serving()


async def test_what_renews_a_session_that_is_over_ends_too(page, provider, server):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    stolen = dict(page.cookies)
    page.cookies.delete("headwater-session")  # its time was over
    assert (await page.post("/console/auth/sign-out", headers=OWN)).json()["ended"]
    page.cookies.update(stolen)
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    async with AsyncClient(server, key=stolen["headwater-session"]) as copy:
        with pytest.raises(UnauthenticatedError):
            await copy.get_serving()


async def test_cookies_of_an_earlier_build_sign_in_again_and_out(page, provider):
    """Its sessions and renewals have no id."""
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    kept = {"token": "a-refresh-token", "sub": "7", "since_s": time.time()}
    page.cookies.set("headwater-renewal", Cookies(KEY).sealed(kept, "headwater-renewal", 600.0))
    renewed = await page.post("/console/auth/renew", headers=OWN)
    assert (renewed.status_code, renewed.json()["problem"]) == (401, "state")
    session = signed(Session("anna", "7", "read", int(time.time()) + 600), KEY)
    for token, answer in ((session, (503, False)), ("", (200, True))):
        page.cookies.clear()
        page.cookies.set("headwater-renewal", Cookies(KEY).sealed(kept, "headwater-renewal", 600.0))
        if token:
            page.cookies.set("headwater-session", token)
        shown = (await page.get("/console/auth/session")).json()["session"]
        assert (shown or {}).get("renews", False) is False
        said = await page.post("/console/auth/sign-out", headers=OWN)
        assert (said.status_code, said.json()["ended"]) == answer
        removed = said.headers.get_list("set-cookie")
        assert {one.partition("=")[0] for one in removed} >= {
            "headwater-session", "headwater-renewal"
        }  # fmt: skip
        assert all("Max-Age=0" in one for one in removed)


async def test_who_has_no_role_any_more_is_out_at_the_servers_at_once(page, provider, server):
    provider.refresh_token = "a-refresh-token"
    await come_back(page, provider)
    before = page.cookies["headwater-session"]
    provider.claims["roles"] = []
    assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 401
    async with AsyncClient(server, key=before) as copy:
        with pytest.raises(UnauthenticatedError):
            await copy.get_serving()


async def test_without_a_server_signing_out_says_that_copies_go_on(provider):
    provider.refresh_token = "a-refresh-token"
    async with browser(settings_for(provider)) as page:
        await come_back(page, provider)
        assert (await page.post("/console/auth/renew", headers=OWN)).status_code == 503
        said = await page.post("/console/auth/sign-out", headers=OWN)
        assert (said.status_code, said.json()["ended"]) == (503, False)
        assert not page.cookies
