"""Texts of times as milliseconds, in SQL: one format for all rows of a file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

EARLIEST_MS = 631_152_000_000  # 1990: before any shop had a page
UNITS = ("s", "ms", "us", "ns", "d")
DAY_MS = 86_400_000
EXCEL_ZERO_MS = -2_209_161_600_000  # 1899-12-30, from which spreadsheets count days
_EXCEL_DAYS = (32_874, 73_050)  # 1990 to 2099
_NUMBER = re.compile(r"[+-]?\d+(\.\d*)?([eE][+-]?\d+)?", re.ASCII)
_DAY, _CLOCK = r"\d{4}-\d\d-\d\d", r"\d\d:\d\d:\d\d"
_COMMON = {
    f"{_DAY} {_CLOCK} UTC": "%Y-%m-%d %H:%M:%S UTC",
    f"{_DAY}T{_CLOCK}Z": "%Y-%m-%dT%H:%M:%SZ",
    f"{_DAY} {_CLOCK}": "%Y-%m-%d %H:%M:%S",
    f"{_DAY}T{_CLOCK}": "%Y-%m-%dT%H:%M:%S",
    rf"{_DAY}T{_CLOCK}\.\d+Z": "%Y-%m-%dT%H:%M:%S.%gZ",
    _DAY: "%Y-%m-%d",
}
_ZONE = re.compile(r".{10,}[0-9:.] ?(Z|UTC|[+-]\d\d:?(\d\d)?)", re.ASCII)
_LARGEST = (("s", 1e11), ("ms", 1e14), ("us", 1e17), ("ns", 1e20))  # the year 5138 in each unit


@cache
def format_problem(form: str) -> str:
    """Return why a format of times cannot be used, "" if it can; the database decides.

    >>> format_problem("%d/%m/%Y"), format_problem("DD/MM/YYYY")
    ('', "it names no part of a time; write one such as '%d/%m/%Y %H:%M'")
    """
    import duckdb  # noqa: PLC0415 - an extra

    if "%" not in form:
        return "it names no part of a time; write one such as '%d/%m/%Y %H:%M'"
    try:
        with duckdb.connect() as connection:
            connection.execute("SELECT try_strptime('', $1)", [form])
    except duckdb.Error:
        return "there is no such format of times; write one such as '%d/%m/%Y %H:%M'"
    return ""


class BadTimeFormat(ValueError):
    """A zone or unit that does not exist."""


@dataclass(frozen=True)
class TimeFormat:
    """How a file writes its times. All empty: as the file's texts look (see `seen`).

    ``format`` is one of DuckDB's strptime, such as ``%d/%m/%Y %H:%M``; ``zone`` that of times
    without one (UTC if empty); ``unit`` of numbers (s, ms, us, ns, d); ``zero_ms`` what numbers
    count from. ``common`` is a format that most texts have: it is tried first, as it is quick.
    ``zoned``: all texts that were seen name their zone.
    """

    format: str = ""
    zone: str = ""
    unit: str = ""
    zero_ms: int | None = None
    common: str = ""
    zoned: bool = False

    def __post_init__(self) -> None:
        """Refuse what does not exist. Raises `BadTimeFormat`."""
        if self.unit and self.unit not in UNITS:
            raise BadTimeFormat(f"{self.unit!r} is no unit of time; write s, ms, us, ns or d")
        try:
            ZoneInfo(self.zone or "UTC")
        except (ZoneInfoNotFoundError, ValueError, OSError):
            text = f"{self.zone!r} is no time zone; write one such as Europe/Berlin or UTC"
            raise BadTimeFormat(text) from None

    def seen(self, texts: Iterable[str], *, days: bool = True) -> TimeFormat:
        """Return the format with what some of the file's texts show: the unit of numbers.

        ``days``: numbers near 45,000 are days of a spreadsheet, as no shop had a page in 1970.

        >>> TimeFormat().seen(["1590884413"]).unit, TimeFormat().seen(["1590884413000"]).unit
        ('s', 'ms')
        >>> TimeFormat().seen(["2020-05-31T00:20:13Z"]).unit, TimeFormat().seen(["43982.5"]).unit
        ('', 'd')
        """
        texts = [text.strip() for text in texts if text and text.strip()]
        if self.format or self.unit or not texts:
            return self
        numbers = [text for text in texts if _NUMBER.fullmatch(text)]
        if 2 * len(numbers) <= len(texts) or all(_is_day(text) for text in numbers):
            zoned = all(_ZONE.fullmatch(text) for text in texts)
            return replace(self, common=_common(texts), zoned=zoned)
        sizes = sorted(abs(float(text)) for text in numbers)
        middle = sizes[len(sizes) // 2]
        first, last = _EXCEL_DAYS
        if days and self.zero_ms is None and first <= sizes[0] and sizes[-1] < last:
            return replace(self, unit="d", zero_ms=EXCEL_ZERO_MS)
        return replace(self, unit=next((name for name, most in _LARGEST if middle < most), "ns"))

    @property
    def said(self) -> str:
        """The format in words, for the report."""
        if self.unit == "d" and self.zero_ms == EXCEL_ZERO_MS:
            return f"days of a spreadsheet, such as 45250.5; taken as {self.zone or 'UTC'}"
        if self.unit:
            zero = _text(self.zero_ms) if self.zero_ms is not None else "1970"
            return f"numbers of {self.unit} since {zero}"
        form = self.format or self.common or "ISO"
        if self.zoned or form.endswith(("Z", "UTC")) or "%z" in form:
            return f"{form}, with a zone"
        return f"{form}; where a time has no zone it is taken as {self.zone or 'UTC'}"

    def sql(self, text: str) -> str:
        """Return an expression for the milliseconds of ``text``, NULL where it is no time."""
        if self.unit:
            return self._of_number(text)
        if self.format:
            return self._of_format(text)
        return self._of_iso(text)

    def _of_number(self, text: str) -> str:
        zero = f" + {self.zero_ms}" if self.zero_ms is not None else ""
        plain = f"trim({text})"
        # a BIGINT is exact where a double is not: nanoseconds have nineteen digits
        whole, part = f"TRY_CAST({plain} AS BIGINT)", f"TRY_CAST({plain} AS DOUBLE)"
        if self.unit == "d":
            days = f"CAST(round({part} * {DAY_MS}) AS BIGINT)"
            days = f"(CASE WHEN isfinite({part}) AND abs({part}) < 1e7 THEN {days} END{zero})"
            return f"epoch_ms({self._zoned(f'epoch_ms({days})')})"
        if self.unit == "s":
            short = f"CASE WHEN NOT contains({text}, '.') THEN TRY_CAST({text} AS INTEGER) END"
            quick = f"({short})::BIGINT * 1000"  # a cast of 1.5 to INTEGER is 2
            number = f"CAST(round({part} * 1000) AS BIGINT)"
            slow = f"CASE WHEN isfinite({part}) AND abs({part}) < 1e12 THEN {number} END"
            return f"(coalesce({quick}, {slow}){zero})"
        divisor = {"ms": 1, "us": 1000, "ns": 1_000_000}[self.unit]
        return (
            f"(coalesce({whole} // {divisor}, CASE WHEN isfinite({part}) AND abs({part}) < 1e20 "
            f"THEN CAST(round({part} / {divisor}) AS BIGINT) END){zero})"
        )

    def _of_format(self, text: str) -> str:
        parsed = f"try_strptime(trim({text}), {_quoted(self.format)})"
        if "%z" in self.format or "%Z" in self.format:  # then it is a time with a zone
            return f"epoch_ms({parsed})"
        return f"epoch_ms({self._zoned(parsed)})"

    def _of_iso(self, text: str) -> str:
        """Return ISO 8601 in SQL; also ``2019-10-01 00:00:00 UTC``, and days without hyphens."""
        if self.common:
            quick = f"try_strptime({text}, {_quoted(self.common)})"
            in_utc = self.common.endswith(("Z", "UTC"))
            quick = f"epoch_ms({quick if in_utc else self._zoned(quick)})"
            return f"coalesce({quick}, {replace(self, common='').sql(text)})"
        plain = f"trim({text})"
        bare = f"regexp_replace({plain}, '( ?UTC| [+-]0000 UTC)$', '')"
        has_zone = f"regexp_matches({plain}, '[0-9:.] ?(Z|[+-][0-9]{{2}}:?([0-9]{{2}})?)$')"
        joined = f"regexp_replace({plain}, ' ([+-])', '\\1')"  # 10:00:00 +0100
        short = (
            f"(CASE WHEN length({plain}) = 8 THEN try_strptime({plain}, '%Y%m%d') "
            f"ELSE TRY_CAST({bare} AS TIMESTAMP) END)"
        )
        utc = f"({plain} LIKE '%UTC')"
        return (
            f"(CASE WHEN {utc} THEN epoch_ms(TRY_CAST({bare} AS TIMESTAMP)) "
            f"WHEN length({plain}) > 10 AND {has_zone} "
            f"THEN epoch_ms(TRY_CAST({joined} AS TIMESTAMPTZ)) "
            f"ELSE epoch_ms({self._zoned(short)}) END)"
        )

    def _zoned(self, timestamp: str) -> str:
        if self.zone in {"", "UTC"}:
            return timestamp
        return f"({timestamp} AT TIME ZONE {_quoted(self.zone)})"


def _common(texts: list[str]) -> str:
    """Return the first usual format that more than half of the texts have, "" for none.

    >>> _common(["2019-10-01 00:00:00 UTC"]), _common(["yesterday"])
    ('%Y-%m-%d %H:%M:%S UTC', '')
    """
    for pattern, form in _COMMON.items():
        if 2 * sum(bool(re.fullmatch(pattern, text)) for text in texts) > len(texts):
            return form
    return ""


def _is_day(text: str) -> bool:
    return len(text) == 8 and text.isdigit() and text[:2] in {"19", "20"}  # 20191001


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _text(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
