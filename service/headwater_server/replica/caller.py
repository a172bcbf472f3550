"""Who sends events, as far as it decides what is believed of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """``name`` tells callers apart (key and address), "" for nobody.

    ``is_page``: it came with a publishable key, which anybody can read in the page.
    """

    name: str = ""
    is_page: bool = False


NOBODY = Caller()
