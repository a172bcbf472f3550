"""Texts that are no id: what a program writes where a value is missing.

A page without a product sends ``undefined``; a template that was not filled in, ``{{ item.id }}``.
Learned as ids, they would be the most popular item, or one account for all visitors. Every way in
uses this one list.
"""

from __future__ import annotations

import re
from collections.abc import Collection

_WORDS = frozenset({"undefined", "null", "none", "nil", "nan"})
_MISSING = rf"(?:{'|'.join(sorted(_WORDS))}|n/a|\(not set\)|optional\.empty)"
_WHOLE = re.compile(
    "|".join(
        (
            rf"[(<\[{{\"']?{_MISSING}[)>\]}}\"']?",  # null, (null), <nil>, "undefined"
            rf"{_MISSING}(?:[-_:/.|,+ ]{_MISSING})+",  # undefined-undefined
            r"[-+]?nan(?:\(\w*\))?|#(?:n/a|ref!|value!|null!|name\?)",  # numbers, spreadsheets
            r"\{[a-z_.\s]*\d?\}|\[\s*\]|\(\s*\)|\"\"|''",  # {item_id}, {0}, {}, [], ""
            r"%[sdifu@]|%{1,2}[a-z_][\w.-]*%{1,2}",  # %s, %ID%
            r"(?:[a-z_]\w*\.)+\w+@[0-9a-f]{1,8}",  # com.shop.Item@6d06d69c
        )
    ),
    re.IGNORECASE,
)
_PART = re.compile(
    r"\{\{.*?\}\}|\$\{.*?\}|#\{.*?\}|\{%.*?%\}|<%.*?%>"  # a template, not filled in
    r"|\[object \w+\]|<[^<>]* object at 0x[0-9a-f]+>"  # an object in place of its id
    r"|(?<![a-z0-9])undefined(?![a-z0-9])",  # sku-undefined
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[{<\[]|undefined", re.IGNORECASE)  # one of them is in each of these
_INVISIBLE = "\u200b\ufeff"


def placeholder(text: str, allowed: Collection[str] = ()) -> str:
    """Return why ``text`` is no id, "" if it may be one. ``allowed`` ids are always accepted.

    Of a text only the placeholder is quoted: the rest may be a person's data.

    >>> placeholder("undefined")
    "'undefined' is the text of a missing value, not an ID"
    >>> placeholder("sku-{{ item.id }}")
    "'{{ item.id }}' is the text of a missing value, not an ID"
    >>> placeholder(" boots")
    'has blanks at its start or end, or nothing else'
    >>> placeholder("none-such"), placeholder("null", ["null"]), placeholder("")
    ('', '', '')
    """
    if not text or text in allowed:
        return ""
    if text.isalnum() and text.lower() not in _WORDS:
        return ""  # by far the most ids
    if text != text.strip().strip(_INVISIBLE):
        return "has blanks at its start or end, or nothing else"
    found = _WHOLE.fullmatch(text) or (_SIGNS.search(text) and _PART.search(text))
    return f"{found.group()!r} is the text of a missing value, not an ID" if found else ""
