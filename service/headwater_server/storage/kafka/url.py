"""The URL of a log on Kafka: brokers, topic, TLS and SASL; the password is never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

FORM = "write kafka://host:9092,host:9092/topic"
USER, PASSWORD = "HEADWATER_KAFKA_USER", "HEADWATER_KAFKA_PASSWORD"
MECHANISMS = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
FILES = ("ca_file", "cert_file", "key_file")
OPTIONS = ("tls", "sasl", *FILES)
_BROKER = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")
_TOPIC = re.compile(r"[A-Za-z0-9._-]{1,249}")


@dataclass(frozen=True, slots=True)
class KafkaPlace:
    """Where the log is. ``mechanism`` is "" without SASL."""

    brokers: tuple[str, ...]
    topic: str
    tls: bool = False
    ca_file: str = ""
    cert_file: str = ""
    key_file: str = ""
    mechanism: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    @property
    def shown(self) -> str:
        """Return the place as messages name it."""
        return f"topic {self.topic} on {', '.join(self.brokers)}"


def log_problem(url: str) -> str:
    """Return what is wrong with a URL and how to write it, without any part of it; "" if nothing.

    >>> log_problem("kafka://a:9092,b:9092/shop"), log_problem("kafka://u:secret@a:9092/shop?tls=true")
    ('', '')
    >>> log_problem("kafka://a/shop")
    'each broker needs its port: write kafka://host:9092,host:9092/topic'
    >>> log_problem("kafka://a:9092/shop?password=x")
    'the options behind ? are tls, sasl, ca_file, cert_file, key_file'
    """
    scheme, separator, rest = url.partition("://")
    if scheme != "kafka" or not separator or not rest or re.search(r"\s", url):
        return FORM
    if re.search(r"[/?#][^=?]*@", rest):
        return "write the characters / ? # of a password as %2F %3F %23"
    parts = urlsplit(url)
    brokers = parts.netloc.rpartition("@")[2].split(",")
    if not all((match := _BROKER.fullmatch(one)) and 0 < int(match[2]) <= 65535 for one in brokers):
        return f"each broker needs its port: {FORM}"
    topic = parts.path.removeprefix("/")
    if not _TOPIC.fullmatch(topic) or topic in {".", ".."}:
        return f"the topic's name has 1 to 249 of A-Z a-z 0-9 . _ -: {FORM}"
    return _options_problem(dict(parse_qsl(parts.query, keep_blank_values=True)))


def _options_problem(options: Mapping[str, str]) -> str:
    if set(options) - set(OPTIONS):
        return f"the options behind ? are {', '.join(OPTIONS)}"
    if options.get("tls", "true") not in {"true", "false"}:
        return "write tls=true or tls=false"
    if options.get("sasl", MECHANISMS[0]) not in MECHANISMS:
        return f"sasl is one of {', '.join(MECHANISMS)}"
    if options.get("tls") != "true" and any(name in options for name in FILES):
        return f"{', '.join(FILES)} belong to tls=true"
    if ("cert_file" in options) != ("key_file" in options):
        return "cert_file and key_file belong together"
    missing = [name for name in FILES if name in options and not Path(options[name]).is_file()]
    return f"there is no file at {missing[0]}" if missing else ""


def kafka_place(url: str, environment: Mapping[str, str] = os.environ) -> KafkaPlace:
    """Return the parts of a URL that `log_problem` accepts.

    User and password come from it or, if it has none, from `HEADWATER_KAFKA_USER` and
    `HEADWATER_KAFKA_PASSWORD`.

    >>> place = kafka_place("kafka://shop:s%2Fcret@a:9092/log?tls=true", {})
    >>> place.user, place.password, place.mechanism
    ('shop', 's/cret', 'SCRAM-SHA-512')
    >>> place
    KafkaPlace(brokers=('a:9092',), topic='log', tls=True, ca_file='', cert_file='', key_file='', \
mechanism='SCRAM-SHA-512', user='shop')
    """
    parts = urlsplit(url)
    login, _, brokers = parts.netloc.rpartition("@")
    user, _, password = login.partition(":")
    options = dict(parse_qsl(parts.query))
    user = unquote(user) or environment.get(USER, "")
    mechanism = options.get("sasl", "SCRAM-SHA-512") if user else ""
    return KafkaPlace(
        tuple(brokers.split(",")),
        parts.path.removeprefix("/"),
        tls=options.get("tls") == "true",
        ca_file=options.get("ca_file", ""),
        cert_file=options.get("cert_file", ""),
        key_file=options.get("key_file", ""),
        mechanism=mechanism,
        user=user,
        password=unquote(password) or environment.get(PASSWORD, ""),
    )
