"""Creates the experiment of a file. Policies cannot be deleted, so they are written last of all.

The experiment is asked for first with the policy `baseline`, which no experiment may have: the
server refuses the question in any case, and that policy is the last reason that it looks for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from headwater_server.cli.experimenting.server import TIMEOUT_S

if TYPE_CHECKING:
    from headwater import Client, Experiment, ExperimentAnswer
    from headwater_server.cli.experimenting.files import ExperimentFile

NEVER = "baseline"
_ARM = re.compile(r"experiment\.arms\[(\d+)\]\.policy_id")


def created(client: Client, wanted: ExperimentFile) -> ExperimentAnswer:
    """Return the answer for a file's experiment. Its errors are those of `Client`."""
    if _has_begun(client, wanted.experiment):
        answer = client.create_experiment(wanted.experiment, timeout_s=TIMEOUT_S)
        _write_policies(client, wanted)
        return answer
    _check(client, wanted)
    _write_policies(client, wanted)
    return client.create_experiment(wanted.experiment, timeout_s=TIMEOUT_S)


def _has_begun(client: Client, experiment: Experiment) -> bool:
    """Whether the experiment is there and has its arms, which cannot change any more."""
    from headwater import ExperimentState, NotFoundError

    try:
        found = client.get_experiment(experiment.experiment_id, timeout_s=TIMEOUT_S)
    except NotFoundError:
        return False
    return found.state is not ExperimentState.SCHEDULED


def _check(client: Client, wanted: ExperimentFile) -> None:
    """Raise what is wrong with the experiment itself. Nothing is written."""
    from headwater import InvalidRequestError

    names = {policy.policy_id for policy in wanted.policies}
    arms = wanted.experiment.arms
    asked = tuple(replace(one, policy_id=NEVER) if one.policy_id in names else one for one in arms)
    if asked == arms:
        return
    try:
        client.create_experiment(replace(wanted.experiment, arms=asked), timeout_s=TIMEOUT_S)
    except InvalidRequestError as error:
        found = _ARM.fullmatch(error.field)
        if not found or asked[int(found[1])] == arms[int(found[1])]:
            raise


def _write_policies(client: Client, wanted: ExperimentFile) -> None:
    for policy in wanted.policies:
        client.upsert_policy(policy, timeout_s=TIMEOUT_S)


def warn_of_placements(client: Client, experiment: Experiment) -> None:
    """Warn of placements at which no list was seen: where nobody is, nobody enters."""
    if experiment.placements:
        found = client.get_experiment_report(experiment.experiment_id, timeout_s=TIMEOUT_S)
        for note in found.notes:
            if note.startswith("placements: "):
                typer.echo(f"warning: {note}", err=True)
