"""mkdocs calls these while it builds the site: add pages, and make links hold."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from scripts.release.stamp import url_of
from scripts.site import protos, rest
from scripts.site.links import API, ELSEWHERE, relinked

ROOT = Path(__file__).resolve().parents[2]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the project's address from where it stands, and complete the navigation."""
    config.repo_url = url_of(ROOT)
    config.repo_name = "Source"
    names = sorted(path.stem for path in (ROOT / API).glob("*.proto"))
    pages = [f"reference/api/{name}.md" for name in ("index", *names)]
    add_to_navigation(config, "Reference", "API", pages)
    decisions = sorted((ROOT / "docs" / "adr").glob("*[!0]-*.md"))
    add_to_navigation(config, "The project", "Decisions", [f"adr/{p.name}" for p in decisions])
    return config


def add_to_navigation(config: MkDocsConfig, part: str, name: str, pages: list[str]) -> None:
    """Put pages under a name of their own at the end of a part of the navigation."""
    for entry in config.nav or []:
        if part in entry:
            entry[part].append({name: pages})


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the protos, and those from elsewhere in the tree."""
    api = protos.read(ROOT)
    made = {f"reference/api/{name}.md": text for name, text in protos.Pages(api).all().items()}
    made["reference/rest.md"] = rest.page(api)
    for path, name in ELSEWHERE.items():
        made[name] = relinked((ROOT / path).read_text(), path, ROOT, config.repo_url or "")
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(text: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Make the links of a page of docs/ that lead out of it hold on the site."""
    del files
    if page.file.generated_by:
        return text
    return relinked(text, f"docs/{page.file.src_uri}", ROOT, config.repo_url or "")
