"""`headwater evaluate --promote`: puts a policy in force if its verdict is `better`."""

from __future__ import annotations

from typing import Any

from headwater_server.settings_checks import BadSettings


def check_promote(given: dict[str, Any]) -> None:
    """Refuse flags that do not name one policy of the log. Raises `BadSettings`."""
    from headwater_server.engine.policies.policy import BASELINES

    if given["promote"] is None:
        return
    names = given["policy"] or []
    if given["rows"]:
        raise BadSettings("--promote is for a log, not --rows")
    if len(names) != 1:
        raise BadSettings("--promote: give one --policy, which is promoted if it is better")
    if names[0] in BASELINES:
        raise BadSettings(f"--promote: {names[0]} is there to compare with; write a policy")
    if names[0].endswith(".toml"):
        raise BadSettings(
            f"--promote: {names[0]} is a file; write it with `headwater policy put`, and give its "
            "name as --policy"
        )


def why_not(report: dict[str, Any], policy_id: str) -> str:
    """Return why the report does not allow the promotion, "" if it does.

    >>> figure = {"policy": "warm", "metric": "act_rate", "verdict": "worse"}
    >>> counts = {"shown": 10, "same_chances": 10}
    >>> why_not({"policies": [figure], "metric": "act_rate", "answers": counts}, "warm")
    'warm: worse than the champion in act_rate'
    """
    from headwater_server.evaluation.asking.checking import SHARE_MIN

    counts = report["answers"]
    if counts["same_chances"] < SHARE_MIN * counts["shown"]:
        return (
            f"only {counts['same_chances']:,} of {counts['shown']:,} answers are the same when "
            "asked again: --check says why"
        )
    figures = _figures(report, policy_id)
    if not figures:
        return f"{policy_id}: there is no figure of it"
    for one in figures:
        verdict = one["verdict"]
        if verdict == "worse":
            return f"{policy_id}: worse than the champion in {one['metric']}"
        if verdict != "better":
            return (
                f"{policy_id}: {verdict} in {one['metric']}; an experiment can find out: "
                "`headwater experiment create`"
            )
    return ""


def reason_of(report: dict[str, Any], policy_id: str) -> str:
    """Return what the log keeps as the reason of the promotion."""
    one = _figures(report, policy_id)[0]
    low, high = one["difference_interval"]
    return (
        f"evaluation {report['name']}: {policy_id} is better in {one['metric']}, "
        f"{one['difference']:+.4g} ({_end(low)} to {_end(high)}) against the champion on "
        f"{report['answers']['shown']:,} lists from {report['from_offset']} to "
        f"{report['until_offset']}"
    )


def _end(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:+.4g}"


def _figures(report: dict[str, Any], policy_id: str) -> list[dict[str, Any]]:
    return [one for one in report["policies"] if one["policy"] == policy_id]


def promote_if_better(report: dict[str, Any], policy_id: str, target: str, key: str) -> None:
    """Promote it at the server, as `headwater policy promote` does, or end with the reason."""
    from headwater_server.cli.experimenting.promoting import promoted
    from headwater_server.cli.experimenting.server import TIMEOUT_S, asked
    from headwater_server.cli.failures import fail

    if reason := why_not(report, policy_id):
        fail(f"not promoted: {reason}")
    with asked(target, key) as client:
        answer = client.promote_policy(
            policy_id, force=reason_of(report, policy_id), timeout_s=TIMEOUT_S
        )
    print(promoted(answer))
