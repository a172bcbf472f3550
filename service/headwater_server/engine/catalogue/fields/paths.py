"""Categories as paths: `shoes > running` lies in the branch `shoes`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

MARK = ">"
_EXACT, _ABOVE = "=", ">"


def path(text: str) -> str:
    """Return a path with one space around each mark.

    >>> path("shoes>running >  trail"), path("shoes")
    ('shoes > running > trail', 'shoes')
    """
    return " > ".join(part.strip() for part in text.split(MARK)) if MARK in text else text.strip()


def keys(text: str) -> Iterator[str]:
    """Yield the keys under which a path is found, none for a text that is no path.

    >>> list(keys("shoes>running"))
    ['=shoes > running', '>shoes']
    """
    if MARK not in text:
        return
    whole = path(text)
    yield _EXACT + whole
    for end in range(len(whole)):
        if whole.startswith(" > ", end):
            yield _ABOVE + whole[:end]


def exact_keys(texts: Iterable[str]) -> list[str]:
    """Return the keys of these paths themselves."""
    return [_EXACT + path(text) for text in texts if MARK in text]


def branch_keys(texts: Iterable[str]) -> list[str]:
    """Return the keys of these paths and of all below them.

    >>> branch_keys(["shoes"])
    ['=shoes', '>shoes']
    """
    return [mark + path(text) for text in texts for mark in (_EXACT, _ABOVE)]


def is_one(values: Sequence[str | float], texts: Collection[str]) -> bool:
    """Return whether one of the values is one of the texts, whatever the spaces around marks.

    >>> is_one(["shoes>running"], ["shoes > running"]), is_one(["shoes > running"], ["shoes"])
    (True, False)
    """
    if any(value in texts for value in values):
        return True
    wanted = set(exact_keys(texts))
    return bool(wanted) and any(
        not wanted.isdisjoint(keys(value)) for value in values if isinstance(value, str)
    )


def is_in_branch(values: Sequence[str | float], texts: Collection[str]) -> bool:
    """Return whether one of the values is one of the texts, or below it.

    >>> is_in_branch(["shoes > running"], ["shoes"]), is_in_branch(["shoestring"], ["shoes"])
    (True, False)
    """
    plain, wanted = {*texts, *map(path, texts)}, set(branch_keys(texts))
    return any(
        value in plain or not wanted.isdisjoint(keys(value))
        for value in values
        if isinstance(value, str)
    )
