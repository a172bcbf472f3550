"""Addresses of pictures and pages that an item may have: for every way into a catalogue."""

from __future__ import annotations

import re

ADDRESS_BYTES_MAX = 2_048
_ADDRESS = re.compile(r"https?://[^/?#@\s]+([/?#].*)?|/(?!/).*", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\<>\"]")
"""A browser takes a backslash for a slash; no address has the others."""


def address_problem(text: str) -> str:
    """Return what is wrong with an address, "" if nothing is.

    It begins with https:// or http:// and a host, or it is a path of the shop. So none can run a
    script, and none holds a password.

    >>> [address_problem(one) for one in ("", "https://cdn.shop.example/a.jpg", "/img/a.jpg?v=2")]
    ['', '', '']
    >>> address_problem("javascript:alert(1)")
    'is no address: begin it with https://, http:// or one /'
    """
    if len(text) > ADDRESS_BYTES_MAX // 4 and len(text.encode()) > ADDRESS_BYTES_MAX:
        return f"has more than {ADDRESS_BYTES_MAX} bytes"
    if not text:
        return ""
    if _UNSAFE.search(text):
        return 'is no address: it has spaces, control characters, \\, <, > or "; encode them'
    if not _ADDRESS.fullmatch(text):
        return "is no address: begin it with https://, http:// or one /"
    return ""
