"""ISO 8601 durations, as Personalizer writes times: PT10M is ten minutes."""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"P(?:(?P<d>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?",
    re.ASCII,
)
_MINUTES = {"d": 1440.0, "h": 60.0, "m": 1.0, "s": 1.0 / 60.0}
LONGEST = 64


def minutes_of(text: str) -> float:
    """Return the minutes of a duration. ValueError if it is none.

    >>> minutes_of("PT10M"), minutes_of("P1DT1H30S")
    (10.0, 1500.5)
    """
    found = _PARTS.fullmatch(text) if len(text) <= LONGEST else None
    given = {name: value for name, value in (found.groupdict() if found else {}).items() if value}
    if not given:
        raise ValueError(f"{text[:LONGEST]!r} is no duration such as PT10M (ten minutes) or P1D")
    return sum(_MINUTES[name] * float(value) for name, value in given.items())


def duration_of(minutes: float) -> str:
    """Return the duration of so many minutes.

    >>> duration_of(10.0), duration_of(1500.5), duration_of(0.0)
    ('PT10M', 'PT25H30S', 'PT0S')
    """
    milliseconds = round(minutes * 60_000)
    hours, rest = divmod(milliseconds, 3_600_000)
    whole, left = divmod(rest, 60_000)
    parts = f"{hours}H" if hours else ""
    parts += f"{whole}M" if whole else ""
    parts += f"{left / 1000:g}S" if left or not parts else ""
    return f"PT{parts}"
