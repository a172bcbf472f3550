"""`headwater report`: clicks, orders and revenue of the lists, as a table or a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from headwater_server.cli.experimenting.server import TIMEOUT_S, asked
from headwater_server.cli.failures import explained
from headwater_server.cli.target import Key, Target
from headwater_server.settings_checks import BadSettings

BY = ("day", "placement", "policy", "item")


def report(
    target: Target = None,
    key: Key = "",
    by: Annotated[
        str, typer.Option(help=f"a row for each of these, comma-separated: {', '.join(BY)}")
    ] = "placement",
    from_: Annotated[
        str, typer.Option("--from", metavar="DAY", help="first day, as 2026-11-01")
    ] = "",
    to: Annotated[
        str, typer.Option(metavar="DAY", help="last day (default: the shop's present one)")
    ] = "",
    compare: Annotated[
        str, typer.Option(metavar="PERIOD", help="previous, year, or DAY..DAY: how rates changed")
    ] = "",
    placement: Annotated[str | None, typer.Option(help="only lists of this placement")] = None,
    policy: Annotated[str | None, typer.Option(help="only lists of this policy")] = None,
    item: Annotated[str, typer.Option(help="only this item")] = "",
    currency: Annotated[str, typer.Option(help="only revenue in this currency, as EUR")] = "",
    csv: Annotated[Path | None, typer.Option(metavar="FILE", help="write all rows as CSV")] = None,
    parquet: Annotated[
        Path | None, typer.Option(metavar="FILE", help="write all rows as Parquet (extra lake)")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print JSON, for other programs")] = False,
) -> None:
    """Report what came of the lists: does it pay?

    Click-through, conversion and revenue with their intervals, beside all orders of the shop, and
    the lift against the hold-out. Without days: the last 28. docs/does-it-pay.md explains them.
    """
    from headwater import PerformanceQuestion
    from headwater_server.cli.reporting.files import check_files, write_csv, write_parquet
    from headwater_server.cli.reporting.periods import ShopDays, flags_of, groups
    from headwater_server.cli.reporting.table import show_json, show_report
    from headwater_server.engine.intake.admission import CURRENCY

    with explained():
        check_files(csv, parquet)
        if currency and not re.fullmatch(CURRENCY, currency):
            raise BadSettings(f"--currency {currency}: write three letters, such as EUR")
        days, names = flags_of(from_, to, compare), groups(by, BY)
    with asked(target, key) as client:
        shop = ShopDays.of(client.get_performance(timeout_s=TIMEOUT_S))
        question = PerformanceQuestion(*shop.times(days), names, placement, policy, item, currency)
        found = client.get_performance(question, timeout_s=TIMEOUT_S)
    if csv:
        write_csv(csv, found)
    if parquet:
        write_parquet(parquet, found.rows)
    if as_json:
        show_json(found)
    elif not (csv or parquet):
        show_report(found)
