"""`headwater policy`: write policies, promote them, and take promotions back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater_server.cli.commands.policies.experiment import Force, Json, Yes
from headwater_server.cli.experimenting.server import TIMEOUT_S, asked, confirm
from headwater_server.cli.failures import explained
from headwater_server.cli.target import Key, Target
from headwater_server.settings_checks import BadSettings

if TYPE_CHECKING:
    from headwater import Policy

PolicyId = Annotated[str, typer.Argument(metavar="POLICY", help="the policy's name")]
What = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE.toml|POLICY NAME=VALUE",
        help="a file with policy_id and a table overrides; or the policy's name, then one or more "
        "settings: warm exploration_temperature=0.4",
    ),
]


def put(what: What, target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """Write a policy: other values for some settings.

    These are settings that decide how a list is chosen. It changes no list until an experiment
    uses it or it is promoted.
    """
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.tables import overrides

    with explained():
        policy = _policy(what)
    with asked(target, key) as client:
        answer = client.upsert_policy(policy, timeout_s=TIMEOUT_S)
    if as_json:
        print_json(answer)
        return
    print(f"{policy.policy_id}: {overrides(answer.policy.overrides)}; offset={answer.offset}")


def _policy(what: list[str]) -> Policy:
    from headwater import Policy
    from headwater_server.cli.experimenting.files import read_policy

    name, *values = what
    if not values:
        if not name.endswith(".toml"):
            raise BadSettings(f"{name}: write NAME=VALUE after it, or give a FILE.toml")
        return read_policy(Path(name))
    return Policy(name, dict(map(_value, values)))


def _value(given: str) -> tuple[str, Any]:
    name, equals, text = given.partition("=")
    if not equals:
        raise BadSettings(f"{given}: write NAME=VALUE, such as exploration_temperature=0.4")
    try:
        return name, json.loads(text)
    except json.JSONDecodeError:
        return name, text  # a word, such as low


def list_all(target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """List the policies, and the promotions, the latest last."""
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.experimenting.tables import show_policies

    with asked(target, key) as client:
        policies = list(client.list_policies(timeout_s=TIMEOUT_S))
        promotions = client.list_promotions(timeout_s=TIMEOUT_S)
    if as_json:
        print_json({"policies": policies, "promotions": promotions})
        return
    show_policies(policies, promotions)


def promote(
    policy_id: PolicyId,
    target: Target = None,
    key: Key = "",
    experiment: Annotated[str, typer.Option(help="the experiment that supports it")] = "",
    arm: Annotated[str, typer.Option(help="its arm with this policy")] = "",
    force: Force = "",
    yes: Yes = False,
) -> None:
    """Put a policy in force for all visitors.

    It is on top of the settings and of earlier promotions. Give --experiment and --arm, whose
    report has to support it, or --force with a reason.
    """
    from headwater import ReportReference
    from headwater_server.cli.experimenting.promoting import promoted

    with asked(target, key) as client:
        if bool(experiment) != bool(arm) or not (experiment or force):
            raise BadSettings("give --experiment and --arm, or --force REASON")
        confirm(f"Promote {policy_id} for all visitors?", yes=yes)
        report = ReportReference(experiment, arm) if experiment else None
        answer = client.promote_policy(
            policy_id, require_report=report, force=force, timeout_s=TIMEOUT_S
        )
    print(promoted(answer))


def rollback(
    policy_id: Annotated[
        str, typer.Argument(metavar="POLICY", help="the policy (default: the latest promotion)")
    ] = "",
    target: Target = None,
    key: Key = "",
    reason: Annotated[str, typer.Option(help="why; kept on the log")] = "",
    yes: Yes = False,
) -> None:
    """Take the latest promotion back: the settings are as before it."""
    from headwater_server.cli.experimenting.tables import overrides

    with asked(target, key) as client:
        promotions = client.list_promotions(timeout_s=TIMEOUT_S)
        if not policy_id and not promotions:
            print("nothing is promoted")
            return
        policy_id = policy_id or promotions[-1].policy_id
        of = [one for one in promotions if one.policy_id == policy_id]
        values = f" ({overrides(of[-1].overrides)})" if of else ""
        confirm(f"Take the promotion of {policy_id}{values} back?", yes=yes)
        answer = client.rollback_policy(policy_id, reason=reason, timeout_s=TIMEOUT_S)
    left = ", ".join(one.policy_id for one in answer.promotions) or "none"
    print(f"promotions in force: {left}; offset={answer.offset}")
