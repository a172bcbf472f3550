"""What the site adds to docs/*.md. `make check` builds it all, and finds dead links and anchors."""

from __future__ import annotations

import re

import pytest
import yaml

from scripts.generate_openapi import DOCUMENT
from scripts.release.stamp import ROOT
from scripts.site import protos, rest
from scripts.site.links import DeadLinkError, relinked

URL = "https://host/project"


@pytest.mark.parametrize(
    ("page", "target", "wanted"),
    [
        ("docs/events.md", "pages.md#keys", "pages.md#keys"),
        ("docs/events.md", "../protos/headwater/v1/event.proto", "reference/api/event.md"),
        ("docs/index.md", "../README.md#clients", "readme.md#clients"),
        ("docs/adr/0001-the-model-is-a-fold-over-the-log.md", "../models.md", "../models.md"),
        ("clients/go/README.md", "../../protos/headwater/v1", "../reference/api/index.md"),
        ("README.md", "docs/pages.md", "pages.md"),
        ("README.md", "Makefile", f"{URL}/blob/main/Makefile"),
        ("README.md", "https://riverml.xyz", "https://riverml.xyz"),
        ("README.md", "#clients", "#clients"),
    ],
)
def test_a_link_leads_to_the_same_page_on_the_site(page, target, wanted):
    assert relinked(f"see [it]({target}).", page, ROOT, URL) == f"see [it]({wanted})."


def test_a_link_to_nothing_is_found():
    with pytest.raises(DeadLinkError, match=r"README.md links to docs/no.md"):
        relinked("[it](docs/no.md)", "README.md", ROOT, URL)


def test_code_is_left_alone():
    text = "```md\n[it](docs/no.md)\n```\n\n    [it](docs/no.md)\n"
    assert relinked(text, "README.md", ROOT, URL) == text


@pytest.fixture(scope="module")
def api():
    return protos.read(ROOT)


def test_the_pages_hold_every_method_field_and_value_with_its_comment(api):
    pages = protos.Pages(api).all()
    assert set(pages) == {protos.stem(file) for file in api} | {"index"}
    for file in api:
        text = pages[protos.stem(file)]
        names = [f"### {method.name}\n" for service in file.service for method in service.method]
        names += [f"| `{field.name}` |" for message in file.message_type for field in message.field]
        names += [f"| `{value.name}` |" for enum in file.enum_type for value in enum.value]
        assert [name for name in names if name not in text] == []
    row = r"\| `events` \| repeated \[Event\]\(event\.md#event\) \| .*1,000.* \|"
    assert re.search(row, pages["feedback_service"])


def test_every_type_that_a_page_links_to_has_its_heading(api):
    pages = protos.Pages(api).all()
    for text in pages.values():
        for home, anchor in re.findall(r"\]\((\w+)\.md#(\w+)\)", text):
            headings = re.findall(r"^##+ (\S+)$", pages[home], re.MULTILINE)
            assert anchor in {heading.lower().replace(".", "") for heading in headings}


def test_rest_and_openapi_have_every_path(api):
    page, document = rest.page(api), yaml.safe_load(DOCUMENT.read_text())
    methods = [method for file in api for service in file.service for method in service.method]
    paths = [path for method in methods for _, path in protos.routes(method)]
    assert paths
    assert [path for path in paths if f"`{path}`" not in page] == []
    camel = {re.sub(r"_(\w)", lambda found: found[1].upper(), path) for path in paths}
    assert camel == set(document["paths"])
