"""The pages as a browser gets them: asked for where they change, kept where they cannot."""

from __future__ import annotations

import httpx
import pytest

from headwater_server.web.app import make_app

HASHED = "/console/assets/index-BxK3q0aZ.js"
SCRIPT = "export const size = 1;\n" * 100


@pytest.fixture
def static(tmp_path):
    assets = tmp_path / "console" / "assets"
    assets.mkdir(parents=True)
    (tmp_path / "console" / "index.html").write_text("<h1>Console</h1>")
    (tmp_path / "console" / "icon.svg").write_text("<svg/>")
    (assets / "index-BxK3q0aZ.js").write_text(SCRIPT)
    return tmp_path


@pytest.fixture
async def browser(static):
    transport = httpx.ASGITransport(make_app(static=static))
    async with httpx.AsyncClient(transport=transport, base_url="http://shop") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/console/", "no-cache"),
        ("/console/icon.svg", "no-cache"),
        (HASHED, "public, max-age=31536000, immutable"),
    ],
)
async def test_what_has_its_hash_in_its_name_is_kept_and_the_rest_is_asked(browser, path, kept):
    answer = await browser.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, kept)


async def test_a_browser_that_holds_the_file_already_gets_no_copy(browser):
    etag = (await browser.get("/console/")).headers["etag"]
    again = await browser.get("/console/", headers={"if-none-match": etag})
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


async def test_assets_travel_compressed(browser):
    answer = await browser.get(HASHED)
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.text == SCRIPT


@pytest.mark.parametrize("path", ["/console/", "/healthz", "/nothing", "/shop/config.json"])
async def test_every_answer_forbids_inline_scripts_frames_and_guessing_of_types(browser, path):
    headers = (await browser.get(path)).headers
    rules = dict(rule.split(" ", 1) for rule in headers["content-security-policy"].split("; "))
    assert rules["script-src"] == "'self'"
    assert rules["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"


async def test_a_view_of_the_page_is_the_page_and_a_missing_file_is_missing(browser):
    assert (await browser.get("/console/visitors/ann")).text == "<h1>Console</h1>"
    assert (await browser.get("/console/assets/gone-BxK3q0aZ.js")).status_code == 404
    assert (await browser.get("/console/%2e%2e/secret.txt")).status_code == 404
    assert (await browser.get("/console")).headers["location"] == "/console/"


async def test_a_page_that_was_not_built_says_how_to_build_it(browser):
    answer = await browser.get("/shop/")
    assert answer.status_code == 404
    assert "npm run build" in answer.text


async def test_the_demo_shops_files_come_from_the_directory_that_is_set(
    browser, tmp_path, monkeypatch
):
    assert "HEADWATER_SHOP_DIR" in (await browser.get("/shop/config.json")).text
    configured = tmp_path / "configured"
    configured.mkdir()
    (configured / "config.json").write_text('{"pageKey": "k"}')
    monkeypatch.setenv("HEADWATER_SHOP_DIR", str(configured))
    answer = await browser.get("/shop/config.json")
    assert (answer.json(), answer.headers["cache-control"]) == ({"pageKey": "k"}, "no-cache")
    assert (await browser.get("/shop/catalogue.json")).status_code == 404
