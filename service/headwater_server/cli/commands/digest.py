"""`headwater digest`: a hash of the whole state. Equal digests mean equal states."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import explained, fail
from headwater_server.cli.stores import check_one_existing, chosen_store, store_explained
from headwater_server.cli.target import Key, Target
from headwater_server.settings import Settings, load_settings
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import Model

TIMEOUT_S = 120.0


def digest(
    flags: dict[str, Any],
    target: Target = None,
    key: Key = "",
    at: Annotated[
        str | None, typer.Option(help="offset of a log entry (default: the newest)")
    ] = None,
    from_log: Annotated[
        bool, typer.Option("--from-log", help="replay the log from its start and use no snapshot")
    ] = False,
) -> None:
    """Print the digest and offset of a server's or store's state.

    With --target and several live replicas, prints the digest of each at the same offset. Exit
    code 1 if they are not all equal.
    """
    import asyncio

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(target, settings)
        if target:
            if at or from_log:
                raise BadSettings("--at and --from-log need --redis-url, --data-dir or --log")
            _print(_of_server(target, key))
        else:
            value, offset = asyncio.run(_of_store(settings, _checked(at), from_log=from_log))
            print(f"{value} offset={offset}")


def _checked(at: str | None) -> str | None:
    from headwater_server.replica.ports.position import offset_key

    try:
        if at is not None:
            offset_key(at)
    except ValueError as error:
        raise BadSettings(f"--at: {error}") from None
    return at


def _of_server(target: str, key: str) -> Model:
    from headwater import Client, HeadwaterError, UnavailableError

    try:
        with Client(target, key=key) as client:
            try:
                return client.get_model(compare_replicas=True, timeout_s=TIMEOUT_S)
            except UnavailableError as error:  # without the store, the server still has its own
                model = client.get_model(compute_digest=True, timeout_s=TIMEOUT_S)
                print(f"not compared with other replicas: {error}", file=sys.stderr)
                return model
    except HeadwaterError as error:
        fail(f"{target}: {error}")


def _print(model: Model) -> None:
    print(f"{model.digest} offset={model.offset}")
    if len(model.replicas) < 2:
        return
    for one in model.replicas:
        print(f"{one.digest or '-' * 64} {one.role} {one.replica_id} {one.detail}".rstrip())
    if {one.digest for one in model.replicas} != {model.digest}:
        fail("the replicas do not have the same state")


async def _of_store(settings: Settings, at: str | None, *, from_log: bool) -> tuple[str, str]:
    from headwater_server.cli.folding import folded

    async with chosen_store(settings) as storage:
        engine, position = await folded(storage, at, from_log=from_log)
        return engine.digest(), position.offset
