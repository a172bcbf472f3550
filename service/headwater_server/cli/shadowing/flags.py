"""The flags of `headwater shadow`."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater_server.cli.shadowing.priority import Priority

Policy = Annotated[str | None, typer.Option(help="a policy on the log, or a TOML file")]
Values = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="a setting over the policy's; may be repeated"
    ),
]
Name = Annotated[str | None, typer.Option(help="the shadow's name (default: the policy's)")]
Placement = Annotated[str | None, typer.Option(help="only answers of this placement")]
WarmDays = Annotated[
    float,
    typer.Option(
        min=0, max=36_500, help="days that a state of its own learns first, if from a snapshot"
    ),
]
FirstSlot = Annotated[
    bool, typer.Option("--first-slot", help="count the first slot of each list only")
]
AnswersMax = Annotated[
    int, typer.Option(min=200, max=10_000_000, help="figures are of the newest so many lists")
]
PublishMinutes = Annotated[
    float, typer.Option(min=0.05, max=1_440, help="minutes between two reports")
]
State = Annotated[
    str | None,
    typer.Option(
        metavar="DIR|URL",
        help="where it keeps its own state, so that a restart goes on: a directory or "
        "s3://bucket/prefix. Without it, a restart begins again",
    ),
]
SaveMinutes = Annotated[
    float, typer.Option(min=0.05, max=1_440, help="minutes between two saves of --state")
]
Once = Annotated[
    bool,
    typer.Option("--once", help="fold to the log's present end, print the report and end"),
]
AtPriority = Annotated[
    Priority,
    typer.Option(
        help="idle: computes only while no other process wants the processor, so it delays no "
        "server; low: always a little (nice 19); normal: as any other process"
    ),
]
MetricsListen = Annotated[
    str | None,
    typer.Option(metavar="HOST:PORT", help="serve /metrics there; it needs no key"),
]
