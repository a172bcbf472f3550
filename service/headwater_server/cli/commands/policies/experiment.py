"""`headwater experiment`: compare policies on the shop's visitors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.experimenting.server import TIMEOUT_S, asked, confirm
from headwater_server.cli.failures import explained
from headwater_server.cli.target import Key, Target
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import ExperimentReport

Id = Annotated[str, typer.Argument(metavar="ID", help="the experiment")]
Json = Annotated[bool, typer.Option("--json", help="print JSON, for other programs")]
Yes = Annotated[bool, typer.Option("--yes", help="do not ask for confirmation")]
File = Annotated[
    Path, typer.Argument(metavar="FILE.toml", help="the experiment, and policies that it needs")
]
Force = Annotated[
    str, typer.Option(metavar="REASON", help="promote without sufficient evidence; kept on the log")
]


def create(file: File, target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """Create an experiment, and the policies of its file.

    Policies are tables [policies.NAME]. They are written once nothing else is wrong, since they
    cannot be deleted. It starts at once, or at its start_time.
    docs/experiments-in-your-shop.md has an example. The command can be run again: what is there
    already stays.
    """
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.creating import created, warn_of_placements
    from headwater_server.cli.experimenting.files import read_experiment
    from headwater_server.cli.experimenting.tables import show_experiment

    with explained():
        wanted = read_experiment(file)
    with asked(target, key) as client:
        answer = created(client, wanted)
        warn_of_placements(client, answer.experiment)
    if as_json:
        print_json(answer)
        return
    show_experiment(answer.experiment)
    print(f"offset={answer.offset}")


def list_all(target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """List the experiments, also those that ended."""
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.tables import show_experiments

    with asked(target, key) as client:
        found = list(client.list_experiments(timeout_s=TIMEOUT_S))
    print_json(found) if as_json else show_experiments(found)


def show(experiment_id: Id, target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """Show what was set of an experiment, and where it stands."""
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.tables import show_experiment

    with asked(target, key) as client:
        found = client.get_experiment(experiment_id, timeout_s=TIMEOUT_S)
    print_json(found) if as_json else show_experiment(found)


def report(
    flags: dict[str, Any],
    experiment_id: Id,
    target: Target = None,
    key: Key = "",
    as_of: Annotated[
        str, typer.Option(metavar="OFFSET", help="the state at an entry of the log (default: now)")
    ] = "",
    as_json: Json = False,
) -> None:
    """Report what an experiment says so far. Look as often as you like: the intervals allow it.

    With --redis-url or --data-dir the state is replayed from the store, also to an earlier offset.
    """
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.report_table import show_report

    found = _report(flags, experiment_id, target, key, as_of)
    print_json(found) if as_json else show_report(found)


def _report(
    flags: dict[str, Any], experiment_id: str, target: str | None, key: str, as_of: str
) -> ExperimentReport:
    from headwater_server.cli.experimenting.replayed import replayed_report

    with explained():
        if target and flags:
            raise BadSettings("give --target, or --redis-url or --data-dir: not both")
    if flags:
        return replayed_report(flags, experiment_id, as_of)
    with asked(target, key) as client:
        return client.get_experiment_report(experiment_id, as_of=as_of, timeout_s=TIMEOUT_S)


def stop(
    experiment_id: Id,
    target: Target = None,
    key: Key = "",
    arm: Annotated[str, typer.Option(help="close only this arm: it gets the control")] = "",
    reason: Annotated[str, typer.Option(help="why; kept on the log")] = "stopped by a command",
    yes: Yes = False,
) -> None:
    """Stop an experiment for good. Its figures stay; everybody gets the policy in force."""
    from headwater_server.cli.experimenting.tables import show_experiment

    with asked(target, key) as client:
        found = client.get_experiment(experiment_id, timeout_s=TIMEOUT_S)
        visitors = sum(one.visitors for one in found.arms)
        what = f"Close the arm {arm} of" if arm else "Stop"
        confirm(f"{what} {experiment_id} ({visitors:,} visitors) for good?", yes=yes)
        answer = client.stop_experiment(
            experiment_id, arm_id=arm, reason=reason, timeout_s=TIMEOUT_S
        )
    show_experiment(answer.experiment)


def promote(
    experiment_id: Id,
    arm: Annotated[str, typer.Option(help="the arm whose policy is to be in force for all")],
    target: Target = None,
    key: Key = "",
    force: Force = "",
    yes: Yes = False,
) -> None:
    """Put the policy of an arm in force for all visitors.

    It is refused, with each reason, while the interval of the primary metric contains 0, after a
    crossed guard rail, and with a sample-ratio alarm. `headwater policy rollback` takes it back.
    """
    from headwater import ReportReference
    from headwater_server.cli.experimenting.promoting import arm_policy, evidence, promoted

    with asked(target, key) as client:
        found = client.get_experiment_report(experiment_id, timeout_s=TIMEOUT_S)
        policy_id = arm_policy(found, arm)
        print(evidence(found, arm))
        confirm(f"Promote {policy_id} for all visitors?", yes=yes)
        answer = client.promote_policy(
            policy_id,
            require_report=ReportReference(experiment_id, arm),
            force=force,
            timeout_s=TIMEOUT_S,
        )
    print(promoted(answer))
