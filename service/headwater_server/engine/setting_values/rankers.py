"""What the settings `ranker` and `rankers` may say, and which ranker answers under settings.

Pure texts: the command line reads them without the engine.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Protocol

CHAMPION = "champion"
"""The name by which a policy means the ranker of the setting `ranker`."""
LISTWISE = "listwise"
RANKERS_MAX = 2
"""Each costs a step for each interaction, and memory: what a server has besides is for answers."""
TEXT_CHARS_MAX = 4_096
RATES = {"rate": (0.0, 1.0), "layer_rate": (0.0, 1.0), "bias_rate": (0.0, 1.0)}
"""Arguments of ``listwise(...)``, with the values that each may have."""
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RESERVED = CHAMPION, LISTWISE
_WRITE = "write listwise(rate=0.06), with any of " + ", ".join(RATES)


class RankerSettings(Protocol):
    """The settings that say which rankers there are, and which one answers."""

    @property
    def ranker(self) -> str:
        """The champion's text, or under a policy the name of the one that answers."""
        ...

    @property
    def rankers(self) -> Mapping[str, str]:
        """Those beside it, by name."""
        ...


def answering(settings: RankerSettings) -> str:
    """Return the name of the ranker that answers, "" for the champion.

    >>> from headwater_server.engine.settings import EngineSettings
    >>> answering(EngineSettings(ranker="fast", rankers={"fast": "listwise(rate=0.06)"}))
    'fast'
    >>> answering(EngineSettings(rankers={"fast": "listwise(rate=0.06)"}))
    ''
    """
    return settings.ranker if settings.ranker in settings.rankers else ""


def checked_name(value: object) -> str:
    """Return the name of a ranker as a policy has it. Raises ValueError with the fix.

    >>> checked_name("river:linear_model.Perceptron()")
    Traceback (most recent call last):
    ValueError: ranker: a policy names one of the setting rankers, or champion: write 1 to 64 of \
A-Z a-z 0-9 _ . -; to ask about any other ranker, use a shadow
    """
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise ValueError(
        f"ranker: a policy names one of the setting rankers, or {CHAMPION}: write 1 to 64 of "
        "A-Z a-z 0-9 _ . -; to ask about any other ranker, use a shadow"
    )


def unknown_name(name: str, rankers: Mapping[str, str]) -> str:
    """Return why a policy cannot answer with the ranker of this name, "" if it can.

    >>> unknown_name("slow", {"fast": "listwise(rate=0.06)"})
    "ranker: there is no ranker 'slow'; there are champion, fast (setting rankers)"
    """
    if name == CHAMPION or name in rankers:
        return ""
    names = ", ".join([CHAMPION, *sorted(rankers)])
    verb = "are" if rankers else "is"
    return f"ranker: there is no ranker {name[:64]!r}; there {verb} {names} (setting rankers)"


def check_rankers(rankers: object) -> None:
    """Raise ValueError with the entry and the fix if these cannot be rankers beside the champion.

    >>> check_rankers({"champion": "listwise"})
    Traceback (most recent call last):
    ValueError: rankers: the name champion is taken; use another one
    """
    if not isinstance(rankers, dict):
        raise ValueError("rankers: write a table: name -> ranker")  # noqa: TRY004 - a setting
    if len(rankers) > RANKERS_MAX:
        raise ValueError(
            f"rankers: are {len(rankers)}, at most {RANKERS_MAX} learn beside the champion; each "
            "costs a step for each interaction: leave some out"
        )
    for name, text in rankers.items():
        if not (isinstance(name, str) and _NAME.fullmatch(name)):
            shown = repr(name)[:66]
            raise ValueError(f"rankers: {shown} is no name: write 1 to 64 of A-Z a-z 0-9 _ . -")
        if name in _RESERVED:
            raise ValueError(f"rankers: the name {name} is taken; use another one")
        if not isinstance(text, str) or not 0 < len(text) <= TEXT_CHARS_MAX:
            raise ValueError(
                f"rankers.{name}: write what the setting ranker takes, such as listwise(rate=0.06)"
            )
        rates_of(text, f"rankers.{name}")


def rates_of(text: str, field: str = "ranker") -> dict[str, float] | None:
    """Return the arguments of ``listwise(...)``; None: the text is of another ranker.

    Raises ValueError with the ``field`` and the fix.

    >>> rates_of("listwise"), rates_of("listwise(rate=0.06)"), rates_of("river:x.Y()")
    ({}, {'rate': 0.06}, None)
    >>> rates_of("listwise(speed=2)")
    Traceback (most recent call last):
    ValueError: ranker: listwise has no speed; rate, layer_rate, bias_rate are possible
    """
    if text.strip() == LISTWISE:
        return {}
    if not text.lstrip().startswith(f"{LISTWISE}("):
        return None
    try:
        call = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ValueError(f"{field}: {text[:60]!r} does not parse: {_WRITE}") from None
    if not isinstance(call, ast.Call) or call.args or not isinstance(call.func, ast.Name):
        raise ValueError(f"{field}: {text[:60]!r} names no rates: {_WRITE}")
    rates = {word.arg: _rate(word, field) for word in call.keywords if word.arg}
    if len(rates) < len(call.keywords):
        raise ValueError(f"{field}: {text[:60]!r} names a rate twice, or none: {_WRITE}")
    return rates


def _rate(word: ast.keyword, field: str) -> float:
    name = word.arg or "**"
    if name not in RATES:
        possible = ", ".join(RATES)
        raise ValueError(f"{field}: {LISTWISE} has no {name[:64]}; {possible} are possible")
    low, high = RATES[name]
    value: object = word.value.value if isinstance(word.value, ast.Constant) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{field}: {name} must be a number from {low:g} to {high:g}")
    return float(value)
