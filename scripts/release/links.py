"""Links of a README that work where the package is published, outside the tree."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

READMES = ("README.md", "clients/python/README.md", "clients/typescript/README.md")

# [text](target) and ![text](target); a target with a scheme, and one inside the page, stay.
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?![a-z]+:|#)([^)\s]+)\)")


def absolute(text: str, path: str, url: str, tag: str) -> str:
    """Return a page at ``path`` of the tree with its relative links made absolute.

    >>> absolute("[a](../b.md#c)", "x/README.md", "https://host/project", "v1")
    '[a](https://host/project/blob/v1/b.md#c)'
    """

    def whole(found: re.Match[str]) -> str:
        image, words, target = found.groups()
        kind = "raw" if image else "blob"
        return f"{image}[{words}]({url}/{kind}/{tag}/{in_tree(target, path)})"

    return "".join(line if code else LINK.sub(whole, line) for code, line in is_code(text))


def relative_targets(text: str, path: str) -> list[str]:
    """Return where the relative links of a page lead, as paths of the tree without anchors."""
    found = [LINK.findall(line) for code, line in is_code(text) if not code]
    return [in_tree(target, path).partition("#")[0] for links in found for *_, target in links]


def in_tree(target: str, path: str) -> str:
    """Return the path of the tree that a relative link of the page at ``path`` means."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def is_code(text: str) -> Iterator[tuple[bool, str]]:
    """Yield each line, and whether it is code."""
    fenced = False
    for line in text.splitlines(keepends=True):
        fence = line.lstrip().startswith("```")
        fenced ^= fence
        yield fenced or fence or line.startswith("    "), line
