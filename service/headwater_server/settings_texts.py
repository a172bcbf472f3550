"""The allowed texts of each setting, and keys that nobody should use."""

from __future__ import annotations

import re
from collections.abc import Sequence

from headwater_server.storage.kafka.url import log_problem
from headwater_server.storage.objects.url import objects_problem
from headwater_server.storage.redis.url import url_problem

ADDRESSES = {
    "listen": "write host:port, for example 127.0.0.1:50051",
    "metrics_listen": "write host:port, for example 127.0.0.1:9464",
    "gateway": "write host:port, for example 127.0.0.1:8080",
    "gateway_admin": "write host:port, for example 127.0.0.1:9901",
    "gateway_backends": "write host:port of each, for example 127.0.0.1:50051",
    "gateway_metrics": "write host:port, for example 127.0.0.1:9465",
    "gateway_tls": "write host:port, for example 0.0.0.0:8443",
    "gateway_web": "write host:port, for example 127.0.0.1:8081",
}
LABEL = (r"[^\s].{0,127}", "write 1 to 128 characters")
TEXTS = {
    **{name: (r"\S+:\d{1,5}", fix) for name, fix in ADDRESSES.items()},
    "tracing_endpoint": (r"https?://\S+", "write http://host:port of an OTLP collector"),
    "catalogue": (r"[A-Za-z0-9_.-]{1,64}", "write 1 to 64 of A-Z a-z 0-9 _ . -"),
    "exploration_bandit": (r"matching|off", "write matching or off"),
    "exploration_policy": (r"plackett_luce|thompson", "write plackett_luce or thompson"),
    "gateway_origins": (
        r"https?://[a-z0-9.-]+(:\d{1,5})?|https?://\[[0-9a-f:]+\](:\d{1,5})?",
        "write scheme, host and, unless it is the default, port: https://shop.example",
    ),
    "gateway_access_log": (r".+", "write the path of a file, or - for standard output"),
    "allowed_hosts": (
        r"[A-Za-z0-9]([A-Za-z0-9._-]{0,252})|\[?[0-9a-fA-F:]+\]?",
        "write host names without scheme and port, such as console.example",
    ),
    "group_by": (r"\S(.{0,254}\S)?|", "write group_id, the name of a feature, or nothing"),
    "oidc_issuer": (r"https?://[^\s?#]+", "write the issuer: https://login.example/realms/shop"),
    "oidc_client_id": (r"[!-~]{1,256}", "write 1 to 256 visible ASCII characters"),
    "oidc_console_url": (
        r"https?://[^\s?#]+/console/",
        "write the console's address with the slash at its end: https://ops.example/console/",
    ),
    "oidc_role_claim": LABEL,
    "oidc_name_claim": LABEL,
    "oidc_roles": (
        r"[^\s=].{0,127}=(read|edit|operate)",
        "write VALUE=ROLE with the role read, edit or operate: headwater-admins=operate",
    ),
    "oidc_scopes": (r"[!#-\[\]-~]{1,64}", "write scopes such as openid, email, offline_access"),
    "personalizer_placement": LABEL,
    "personalizer_visitor_features": LABEL,
    "ranker": (
        r"listwise\(.*\)|river:.+|[\w.]+:\w+|[\w.-]+",
        "write listwise, river:<class or pipeline>, <module>:<class>, or an entry point's name",
    ),
}
URLS = {"redis_url": url_problem, "log": log_problem, "snapshots": objects_problem}
CHARS_MAX = 4_096
EVENT_TYPE = re.compile(r"\w[\w.:/ -]{0,62}\w|\w")
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

PLACEHOLDER = re.compile(
    r"change[-_ ]?(me|this|it\b)|replace[-_ ]?(me|this|with)|place[-_ ]?holder|to[-_ ]?do\b"
    r"|your[-_ ]?(own[-_ ]?)?(api|secret|backend|page|access)?[-_ ]?(key|token|secret)"
    r"|(key|token|secret)[-_ ]?(goes[-_ ]?)?here|(insert|put|paste)[-_ ]|x{6,}|\*{4,}|\.{4,}"
    r"|^<.*>$|\$\{|\$\(|\{\{",
    re.IGNORECASE,
)
RUNS = "0123456789abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "abcdef0123456789"
RUN_CHARS = 10
DISTINCT_MIN = 4  # a random key of 16 characters has far more


def text_problem(name: str, text: str) -> str:
    """Return how to write a text that cannot be used, "" if it can."""
    if len(text) > CHARS_MAX:
        return f"has more than {CHARS_MAX} characters"
    if CONTROL.search(text):
        return "contains a control character"
    if name in URLS:
        return URLS[name](text)
    pattern, fix = TEXTS.get(name, ("", ""))
    if pattern and not re.fullmatch(pattern, text):
        return fix
    if name in ADDRESSES and int(text.rpartition(":")[2]) > 65535:
        return "a port is at most 65535"
    return ""


def event_type_problem(names: Sequence[str]) -> str:
    """Return which name can be no event type, "" if all can.

    >>> event_type_problem(["click", " click"])
    "' click' is no event type: write 1 to 64 letters and digits"
    """
    for name in names:
        if not EVENT_TYPE.fullmatch(name):
            return f"{name[:64]!r} is no event type: write 1 to 64 letters and digits"
    return ""


def secret_problem(text: str) -> str:
    """Return what is wrong with a secret that somebody else has made; never the secret."""
    if not re.fullmatch(r"[ -~]{1,512}", text):
        return "write 1 to 512 visible ASCII characters"
    return "is a placeholder: write the real secret" if _is_placeholder(text) else ""


def placeholder(keys: Sequence[str]) -> int | None:
    """Return the place of a key that is a placeholder, None if none is.

    >>> placeholder(["fd3a2c1be0975846fd3a", "your-api-key-here"])
    1
    """
    found = (
        n for n, key in enumerate(keys) if len(set(key)) < DISTINCT_MIN or _is_placeholder(key)
    )
    return next(found, None)


def _is_placeholder(key: str) -> bool:
    return PLACEHOLDER.search(key) is not None


def guessable(keys: Sequence[str]) -> list[int]:
    """Return the places of keys that contain a run such as 0123456789.

    >>> guessable(["pk-0123456789abcdef", "fd3a2c1be0975846fd3a"])
    [0]
    """
    return [n for n, key in enumerate(keys) if _has_run(key.lower())]


def _has_run(key: str) -> bool:
    pieces = (key[start : start + RUN_CHARS] for start in range(len(key) - RUN_CHARS + 1))
    return any(piece in run for piece in pieces for run in RUNS)
