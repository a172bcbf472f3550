"""What a message shows of a cell that should be a number or a time: the text, or only its shape.

A column may hold anything, also a person's address. So only what looks like a number, a time
or the word of a missing value is shown as it stands.
"""

from __future__ import annotations

import re

from headwater_server.engine.intake.limits import NUMBER_MAX
from headwater_server.reading.numbers import shape

CHARACTERS_MAX = 40
DIGITS_MAX = 13  # a number that is allowed has no more, and that of a card has 16
_MISSING = frozenset({
    "nan", "n/a", "na", "#n/a", "#value!", "#ref!", "#div/0!", "null", "none", "nil", "undefined",
    "inf", "-inf", "+inf", "infinity", "-infinity", "-", "--", "—", "?", "free", "tbd",
})  # fmt: skip
_CURRENCY = r"(?:[A-Z]{3}|[€£$¥₹₽₩₺₴₪฿₫]|zł|Kč)"
_NUMBER = re.compile(
    rf"\(?{_CURRENCY}?\s?[-+]?{_CURRENCY}?\s?(?:\d+|\d{{1,3}}(?:[.,' \u00a0]\d{{3}})*)"
    rf"(?:[.,]\d*)?(?:[eE][-+]?\d{{1,3}})?\s?(?:{_CURRENCY}|%)?\)?"
)
_PART_OF_TIME = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:T\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?(?:Z|[-+]\d\d:?\d\d)?"
    r"|\d{1,2}(?::\d\d){1,2}(?:[.,]\d{1,9})?(?:Z|[-+]\d\d:?\d\d)?"
    r"|\d{1,2}/[A-Z][a-z]{2}/\d{4}(?::\d\d){3}|\d{1,4}(?:st|nd|rd|th)?"
    r"|[-+]\d\d:?\d\d|Z|UTC|GMT|AM|PM|am|pm"
    r"|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
    r"|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?"
)
_STAMP = re.compile(r"[-+]?\d{1,19}(?:\.\d{0,9})?(?:[eE][-+]?\d{1,3})?")


def shown_number(text: str) -> str:
    """Return a cell of a column of numbers as a message quotes it.

    >>> shown_number("-4,99 EUR"), shown_number("N/A"), shown_number("ann7@shop.com")
    ("'-4,99 EUR'", "'N/A'", "'aaa9@aaaa.aaa'")
    >>> shown_number("4111111111111111"), shown_number("Ann")
    ("'9999999999999999'", "'Aaa'")
    """
    plain = text.strip()
    if plain.lower() in _MISSING:
        return repr(text)
    digits = sum(one.isdigit() for one in plain)
    is_one = digits <= DIGITS_MAX and _NUMBER.fullmatch(plain)
    return repr(text if is_one and len(text) <= CHARACTERS_MAX else shape(text))


def price_problem(text: str) -> str:
    """Return why a cell is no price, with what to do.

    >>> price_problem("-5"), price_problem("N/A")
    ("'-5' is not a price: it may not be negative", "'N/A' is not a price; leave the cell empty")
    """
    plain, shown = text.strip(), shown_number(text)
    if _NUMBER.fullmatch(plain) and "-" in plain.partition("e")[0].partition("E")[0]:
        return f"{shown} is not a price: it may not be negative"
    if _NUMBER.fullmatch(plain):
        return f"{shown} is not a price up to {NUMBER_MAX:g}"
    if plain.lower() in _MISSING:
        return f"{shown} is not a price; leave the cell empty"
    return f"{shown} is not a price, such as 89.90, '89,90 EUR' or '1.299,00'"


def shown_time(text: str) -> str:
    """Return a cell of a column of times as a message quotes it.

    >>> shown_time("31/12/2023 10:00 PM"), shown_time("Dec 31, 2023"), shown_time("NaN")
    ("'31/12/2023 10:00 PM'", "'Dec 31, 2023'", "'NaN'")
    >>> shown_time("+49-170-1234567"), shown_time("10.1.2.3"), shown_time("May Miller")
    ("'+99-999-9999999'", "'99.9.9.9'", "'Aaa Aaaaaa'")
    """
    plain = text.strip()
    if len(text) > CHARACTERS_MAX:
        return repr(shape(text))
    if plain.lower() in _MISSING or _STAMP.fullmatch(plain):
        return repr(text)
    parts = plain.replace(",", " ").split()
    has_date = any(re.search(r"\d[-/:.]|\d{4}", one) for one in parts)
    is_one = has_date and all(_PART_OF_TIME.fullmatch(one) for one in parts)
    return repr(text if is_one else shape(text))
