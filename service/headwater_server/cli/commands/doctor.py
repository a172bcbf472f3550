"""`headwater doctor`: what is wrong with a store, and how to fix it; changes nothing unasked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from headwater_server.cli.failures import FAILED, explained
from headwater_server.cli.stores import check_one_kept, chosen_store, store_explained
from headwater_server.settings import Settings, load_settings
from headwater_server.storage.doctor.examination import Examination
from headwater_server.storage.doctor.findings import Build, Finding
from headwater_server.storage.doctor.fixes import Fixes, Loss
from headwater_server.storage.storage import Storage


def doctor(
    flags: dict[str, Any],
    drop_snapshots: Annotated[
        bool, typer.Option("--drop-snapshots", help="drop snapshots that cannot be used")
    ] = False,
    restore_tail: Annotated[
        bool,
        typer.Option("--restore-tail", help="put back archived entries that the log lost"),
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="go on from the log as it is; tells first what goes")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="accept without being asked")] = False,
) -> None:
    """Look at everything that a catalogue keeps. Exit code 1 if anything is wrong.

    The fixes on are taken in this order: --restore-tail, --accept, --drop-snapshots; then it
    looks again.
    """
    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_kept(None, settings)
        wanted = _Wanted(restore_tail, accept, drop_snapshots, yes)
        findings = asyncio.run(_doctor(settings, wanted))
    _show(findings)
    if not all(finding.fine for finding in findings):
        raise typer.Exit(FAILED)


class _Wanted:
    """Which fixes are to be taken."""

    def __init__(self, restore_tail: bool, accept: bool, drop_snapshots: bool, yes: bool) -> None:
        self.restore_tail, self.accept = restore_tail, accept
        self.drop_snapshots, self.yes = drop_snapshots, yes


async def _doctor(settings: Settings, wanted: _Wanted) -> list[Finding]:
    from headwater_server.engine.engine import RIVER_VERSION, Engine

    build = Build(Engine.STATE_VERSION, RIVER_VERSION)
    async with chosen_store(settings, check=False) as storage:
        await _go(storage, wanted)
        return await Examination(storage, build).findings()


async def _go(storage: Storage, wanted: _Wanted) -> None:
    fixes = Fixes(storage)
    if wanted.restore_tail:
        print(f"put back: {await fixes.restore_tail()} entries")
    if wanted.accept:
        await _accept(fixes, await fixes.loss(), sure=wanted.yes)
    if wanted.drop_snapshots:
        print(f"dropped: {await fixes.drop_snapshots()} snapshots")


async def _accept(fixes: Fixes, loss: Loss, *, sure: bool) -> None:
    if loss.nothing:
        print("accept: there is nothing to give up")
        return
    for line in loss.lines():
        print(f"accept: {line}")
    if not sure:
        typer.confirm("go on from the log as it is?", abort=True)
    await fixes.accept(loss)


def _show(findings: Sequence[Finding]) -> None:
    table = Table(show_edge=False)
    for name in ("", "part", "what", "fix"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        mark = "[green]fine[/]" if finding.fine else "[bold red]WRONG[/]"
        table.add_row(mark, finding.part, finding.text, finding.fix)
    Console(highlight=False, soft_wrap=False).print(table)
