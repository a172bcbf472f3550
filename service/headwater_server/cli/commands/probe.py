"""`headwater probe`: is the server serving? For containers' health checks.

Asked every few seconds for as long as the server runs, so it imports nothing of the server, whose
engine alone would take two seconds of a core each time.
"""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Annotated, NoReturn

import grpc
import typer
from grpc_health.v1 import health_pb2

TIMEOUT_S = 2.0
HTTP = ("http://", "https://")


def probe(
    target: Annotated[
        str, typer.Option(help="host:port of the server, or a URL such as http://H:P/healthz")
    ] = "127.0.0.1:50051",
    service: Annotated[str, typer.Option(help="one service; else the server as a whole")] = "",
) -> None:
    """Exit with 0 if grpc.health.v1 says SERVING; of a URL, if it answers 200."""
    print(_http(target) if target.startswith(HTTP) else _grpc(target, service))


def main() -> None:
    """Run `headwater probe` alone."""
    names = {"help_option_names": ["-h", "--help"]}
    command = typer.Typer(add_completion=False, context_settings=names)
    command.command("probe")(probe)
    command.callback()(lambda: None)  # so that the word `probe` stays part of the command line
    command()


def _grpc(target: str, service: str) -> str:
    with grpc.insecure_channel(target) as channel:
        request = health_pb2.HealthCheckRequest(service=service)
        check = channel.unary_unary(
            "/grpc.health.v1.Health/Check",
            health_pb2.HealthCheckRequest.SerializeToString,
            health_pb2.HealthCheckResponse.FromString,
        )
        try:
            answer = check(request, timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            _fail(f"{target}: {error.code().name}")
    name = health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)
    if answer.status != health_pb2.HealthCheckResponse.SERVING:
        _fail(f"{target}: {name}")
    return str(name)


def _http(url: str) -> str:
    try:
        with urllib.request.urlopen(url, timeout=TIMEOUT_S) as answer:  # noqa: S310 - the caller's
            return str(answer.read(100).decode(errors="replace").strip())
    except urllib.error.HTTPError as error:
        error.close()
        _fail(f"{url}: {error.code} {error.reason}")
    except OSError as error:
        _fail(f"{url}: {error}")


def _fail(text: str) -> NoReturn:
    typer.echo(f"headwater: {text}", err=True)
    raise typer.Exit(1)
