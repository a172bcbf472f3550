"""The URL of a directory or an object store: file:///directory, s3://bucket/prefix."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

FORM = "write file:///directory or s3://bucket/prefix"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def objects_problem(url: str) -> str:
    """Return what is wrong with a URL and how to write it; "" if nothing.

    >>> objects_problem("file:///var/lib/headwater"), objects_problem("s3://shop/headwater")
    ('', '')
    >>> objects_problem("file://lib/x")
    'a directory has three slashes: write file:///directory or s3://bucket/prefix'
    >>> objects_problem("s3://key:secret@shop/x")
    'write no key into the URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"file", "s3"} or re.search(r"[\s?#]", rest):
        return FORM
    if scheme == "file":
        return "" if re.match(r"/[^/]", rest) else f"a directory has three slashes: {FORM}"
    if "@" in rest:
        return "write no key into the URL: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
    return "" if _BUCKET.fullmatch(urlsplit(url).netloc) else f"that is no bucket: {FORM}"
