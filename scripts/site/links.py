"""Where a link between files of the tree leads on the site."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path

from scripts.release.links import LINK, in_tree, is_code

API = "protos/headwater/v1"

# Pages of the tree that stand outside docs/ -> where the site has them.
ELSEWHERE = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "clients/python/README.md": "clients/python.md",
    "clients/typescript/README.md": "clients/typescript.md",
    "clients/go/README.md": "clients/go.md",
    "clients/java/README.md": "clients/java.md",
}


class DeadLinkError(Exception):
    """A page links to a file that the tree does not have."""


def relinked(text: str, page: str, root: Path, url: str) -> str:
    """Return a page of the tree with links as the site needs them; ``page`` is its path."""

    def moved(found: re.Match[str]) -> str:
        image, words, target = found.groups()
        path, mark, anchor = target.partition("#")
        return f"{image}[{words}]({_target(in_tree(path, page), page, root, url)}{mark}{anchor})"

    return "".join(line if code else LINK.sub(moved, line) for code, line in is_code(text))


def place(path: str) -> str | None:
    """Return where the site has a file of the tree; None if it does not have it.

    >>> place("docs/adr/0001.md"), place("README.md"), place("protos/headwater/v1/item.proto")
    ('adr/0001.md', 'readme.md', 'reference/api/item.md')
    """
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    if path.startswith(API):
        return f"reference/api/{Path(path).stem if path.endswith('.proto') else 'index'}.md"
    return ELSEWHERE.get(path)


def _target(path: str, page: str, root: Path, url: str) -> str:
    there, here = place(path), place(page)
    if there != "reference/rest.md" and not (root / path).exists():
        raise DeadLinkError(f"{page} links to {path}, which is not there")
    folder_of_files = (root / path).is_dir() and not path.startswith(API)
    if there is None or here is None or folder_of_files:
        return f"{url}/blob/main/{path}"
    return posixpath.relpath(there, posixpath.dirname(here) or ".")
