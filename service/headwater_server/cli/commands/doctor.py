"""`headwater doctor`: what is wrong with a store, and how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.failures import FAILED, explained
from headwater_server.cli.stores import check_one_existing, chosen_store, store_explained
from headwater_server.settings import Settings, load_settings

if TYPE_CHECKING:
    from headwater_server.storage.doctor.findings import Finding
    from headwater_server.storage.doctor.fixes import Fixes, Loss
    from headwater_server.storage.storage import Storage


def doctor(
    flags: dict[str, Any],
    drop_snapshots: Annotated[
        bool, typer.Option("--drop-snapshots", help="delete snapshots that cannot be used")
    ] = False,
    restore_tail: Annotated[
        bool,
        typer.Option("--restore-tail", help="restore entries that the log lost from the archive"),
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="accept what is lost and continue from the log as it is; lists it first",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask before --accept")] = False,
) -> None:
    """Check everything that is stored for a catalogue. Exit code 1 if anything is wrong.

    Changes nothing without one of these fixes. They run in the order --restore-tail, --accept,
    --drop-snapshots; then the store is checked again.
    """
    import asyncio

    with explained(), store_explained():
        settings = load_settings(**flags)
        check_one_existing(None, settings)
        wanted = _Wanted(restore_tail, accept, drop_snapshots, yes)
        findings = asyncio.run(_doctor(settings, wanted))
    _show(findings)
    if not all(finding.fine for finding in findings):
        raise typer.Exit(FAILED)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which fixes are wanted; ``yes``: without a question."""

    restore_tail: bool
    accept: bool
    drop_snapshots: bool
    yes: bool


async def _doctor(settings: Settings, wanted: _Wanted) -> list[Finding]:
    from headwater_server.engine.engine import Engine
    from headwater_server.engine.snapshot.versions import RIVER_VERSION
    from headwater_server.storage.doctor.examination import Examination
    from headwater_server.storage.doctor.findings import Build

    build = Build(Engine.STATE_VERSION, RIVER_VERSION)
    async with chosen_store(settings, check=False) as storage:
        await _fix(storage, wanted)
        return await Examination(storage, build).findings()


async def _fix(storage: Storage, wanted: _Wanted) -> None:
    from headwater_server.storage.doctor.fixes import Fixes

    fixes = Fixes(storage)
    if wanted.restore_tail:
        print(f"restored: {await fixes.restore_tail()} entries")
    if wanted.accept:
        await _accept(fixes, await fixes.loss(), sure=wanted.yes)
    if wanted.drop_snapshots:
        print(f"deleted: {await fixes.drop_snapshots()} snapshots")


async def _accept(fixes: Fixes, loss: Loss, *, sure: bool) -> None:
    if loss.nothing:
        print("accept: nothing is lost")
        return
    for line in loss.lines():
        print(f"accept: {line}")
    if not sure:
        typer.confirm("continue from the log as it is?", abort=True)
    await fixes.accept(loss)


def _show(findings: Sequence[Finding]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_edge=False)
    for name in ("", "part", "what", "fix"):
        table.add_column(name, overflow="fold")
    for finding in findings:
        table.add_row(_mark(finding), *map(escape, (finding.part, finding.text, finding.fix)))
    Console(highlight=False, soft_wrap=False).print(table)


def _mark(finding: Finding) -> str:
    if not finding.fine:
        return "[bold red]WRONG[/]"
    return "[yellow]WARNING[/]" if finding.warns else "[green]fine[/]"
