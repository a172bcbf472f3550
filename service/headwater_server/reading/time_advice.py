"""What to say where the times of a file are not known: the formats that fit all of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

LOOK_AT = 2000
_DAYS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%d/%m/%y", "%m/%d/%y", "%d.%m.%y", "%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y",
)  # fmt: skip
_CLOCKS = ("", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", " %I:%M %p", " %I:%M:%S %p", ", %H:%M:%S")
_WHOLE = ("%a %b %d %H:%M:%S %z %Y", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z")


def advice(texts: Sequence[str]) -> str:
    """Return the flag that reads these texts; both where days and months cannot be distinguished.

    >>> advice(["31.12.2023 10:00"])
    "--time-format '%d.%m.%Y %H:%M' reads them"
    >>> advice(["11/14/2023 10:13 PM"])
    "--time-format '%m/%d/%Y %I:%M %p' reads them"
    >>> advice(["03/04/2023"])[:45]
    'the file does not show which is the day: --ti'
    """
    fitting = likely_formats(texts)
    if not fitting:
        return "give the format with --time-format, such as '%d/%m/%Y %H:%M'"
    if len(fitting) == 1:
        return f"--time-format '{fitting[0]}' reads them"
    flags = " or ".join(f"--time-format '{form}'" for form in fitting)
    return f"the file does not show which is the day: {flags}"


def likely_formats(texts: Sequence[str]) -> list[str]:
    """Return the formats that all texts have.

    >>> likely_formats(["01/02/2023", "13/02/2023"])
    ['%d/%m/%Y']
    """
    tried = [day + clock for day in _DAYS for clock in _CLOCKS]
    return [form for form in (*tried, *_WHOLE) if texts and all(_has(text, form) for text in texts)]


def _has(text: str, form: str) -> bool:
    try:
        datetime.strptime(text.strip(), form)  # noqa: DTZ007 - only whether it can be read
    except ValueError:
        return False
    return True
