"""`headwater probe`: does the server serve? For the health checks of containers.

It runs every few seconds for as long as the server does. So it imports nothing of the server,
reads its flags with argparse (Typer takes as long to import as all the rest), and writes the two
messages of grpc.health.v1 by hand (each has one field).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

TIMEOUT_S = 2.0
HTTP = ("http://", "https://")
STATUSES = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")
SERVING = "SERVING"


class NotServingError(Exception):
    """The server does not serve, or nobody answers; the text names the target and the reason."""


def main(arguments: Sequence[str]) -> int:
    """Run `headwater probe`; return the exit code."""
    given = _parser().parse_args(arguments)
    is_url = given.target.startswith(HTTP)
    try:
        print(_http(given.target) if is_url else _grpc(given.target, given.service))
    except NotServingError as error:
        print(f"headwater: {error}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="headwater probe",
        description="Ask a server whether it serves. Exit code 0 if grpc.health.v1 answers "
        "SERVING, or if a URL answers 200; else 1. It asks the server directly, never through the "
        "proxy of http_proxy.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--target",
        metavar="TEXT",
        default="127.0.0.1:50051",
        help="host:port of the server, or a URL such as http://HOST:PORT/healthz "
        "(default 127.0.0.1:50051)",
    )
    parser.add_argument(
        "--service",
        metavar="TEXT",
        default="",
        help="name of one gRPC service (default: the whole server)",
    )
    return parser


def _grpc(target: str, service: str) -> str:
    import grpc

    with grpc.insecure_channel(target, [("grpc.enable_http_proxy", 0)]) as channel:
        check = channel.unary_unary("/grpc.health.v1.Health/Check", _request, _status)
        try:
            status = check(service, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            raise NotServingError(f"{target}: {error.code().name}") from None
    if status != SERVING:
        raise NotServingError(f"{target}: {status}")
    return SERVING


def _request(service: str) -> bytes:
    r"""Return a HealthCheckRequest: field 1, a text.

    >>> _request("a.B"), _request("")
    (b'\n\x03a.B', b'')
    """
    name = service.encode()[:127]  # a length of one byte; no service has a longer name
    return b"\x0a" + bytes([len(name)]) + name if name else b""


def _status(response: bytes) -> str:
    r"""Return the status of a HealthCheckResponse: field 1, an enum; 0 is not sent.

    >>> _status(b"\x08\x01"), _status(b"")
    ('SERVING', 'UNKNOWN')
    """
    return STATUSES[response[1] if response[:1] == b"\x08" else 0]


def _http(url: str) -> str:
    import urllib.error
    import urllib.request

    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(url, timeout=TIMEOUT_S) as answer:
            return str(answer.read(100).decode(errors="replace").strip())
    except urllib.error.HTTPError as error:
        error.close()
        raise NotServingError(f"{url}: {error.code} {error.reason}") from None
    except OSError as error:
        raise NotServingError(f"{url}: {error}") from None
