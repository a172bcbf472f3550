"""The URL of a sink in Redis: that of a store, with the prefix of the streams behind its ?."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from headwater_server.sinks.port import STREAMS
from headwater_server.storage.redis.url import url_problem

POSITION = "position"
MAXLEN_MAX = 10**12
_PREFIX = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_MAXLEN = re.compile(r"[1-9]\d{0,12}", re.ASCII)
_OURS = ("prefix", "maxlen")


@dataclass(frozen=True, slots=True)
class RedisPlace:
    """``url`` is the store's own; ``maxlen`` is how many entries a stream keeps, None for all."""

    url: str = field(repr=False)
    prefix: str
    maxlen: int | None = None


def redis_place(text: str) -> RedisPlace:
    """Take the URL of a sink apart. ValueError names what is wrong, without any part of the URL.

    >>> redis_place("redis://shop:6379/0?prefix=shop&maxlen=1000&ssl_cert_reqs=none")
    RedisPlace(prefix='shop', maxlen=1000)
    >>> redis_place("redis://shop:6379/0")
    Traceback (most recent call last):
    ...
    ValueError: prefix is missing: write redis://host:6379/0?prefix=shop
    """
    if problem := url_problem(text):
        raise ValueError(problem)
    url, _, query = text.partition("?")
    options = parse_qsl(query, keep_blank_values=True)
    given = [name for name, _ in options if name in _OURS]
    if twice := next((name for name in _OURS if given.count(name) > 1), ""):
        raise ValueError(f"{twice} is given twice: write it once")
    ours = dict(option for option in options if option[0] in _OURS)
    rest = urlencode([option for option in options if option[0] not in _OURS], safe="/:,")
    return RedisPlace(f"{url}?{rest}" if rest else url, _prefix(ours), _maxlen(ours))


def _prefix(ours: dict[str, str]) -> str:
    if not ours.get("prefix"):
        raise ValueError("prefix is missing: write redis://host:6379/0?prefix=shop")
    if not _PREFIX.fullmatch(ours["prefix"]):
        raise ValueError("prefix: 1 to 64 letters, digits, dots, dashes, underscores")
    return ours["prefix"]


def _maxlen(ours: dict[str, str]) -> int | None:
    if "maxlen" not in ours:
        return None
    if not _MAXLEN.fullmatch(ours["maxlen"]) or int(ours["maxlen"]) > MAXLEN_MAX:
        raise ValueError(
            f"maxlen: write how many entries a stream keeps, from 1 to {MAXLEN_MAX:,}, or leave it "
            "out to keep all"
        )
    return int(ours["maxlen"])


def keys_of(prefix: str, *, is_cluster: bool) -> tuple[str, ...]:
    """Return the keys of the position and of all streams; those of a cluster are in one slot.

    >>> keys_of("shop", is_cluster=False)[:3]
    ('shop.position', 'shop.slates', 'shop.outcomes')
    >>> keys_of("shop", is_cluster=True)[0]
    '{shop}.position'
    """
    tag = f"{{{prefix}}}" if is_cluster else prefix
    return tuple(f"{tag}.{name}" for name in (POSITION, *STREAMS))
