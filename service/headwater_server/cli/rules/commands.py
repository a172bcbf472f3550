"""`headwater rules`: see, write, delete, preview and undo rules of a running server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from headwater_server.cli.experimenting.server import TIMEOUT_S, asked
from headwater_server.cli.failures import explained, fail
from headwater_server.cli.target import Key, Target
from headwater_server.settings_checks import BadSettings
from headwater_server.settings_sources import did_you_mean

if TYPE_CHECKING:
    from headwater import Client, Rule, RuleAnswer

Json = Annotated[bool, typer.Option("--json", help="print JSON, for other programs")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="the rule")]
Rules = Annotated[
    str,
    typer.Argument(metavar="RULES", help="JSON, or @FILE with JSON or, as .toml, [[rules]] tables"),
]
Revision = Annotated[
    int | None,
    typer.Option(min=0, help="refuse if the rule has another revision now: somebody changed it"),
]
Reason = Annotated[str, typer.Option(help="why; kept on the log")]


def list_rules(target: Target = None, key: Key = "", as_json: Json = False) -> None:
    """List the rules with their status and warnings."""
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.rules.tables import show_rules

    with asked(target, key) as client:
        found = list(client.list_rules(timeout_s=TIMEOUT_S))
    print_json(found) if as_json else show_rules(found)


def put(
    rules: Rules,
    target: Target = None,
    key: Key = "",
    revision: Revision = None,
    reason: Reason = "",
    as_json: Json = False,
) -> None:
    """Write rules; each is in force when the command ends.

    All are checked by a preview first, so that an invalid one keeps all from being written.
    """
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.rules.files import rules_of
    from headwater_server.cli.rules.tables import show_rules

    with explained():
        wanted = rules_of(rules)
        if revision is not None and len(wanted) > 1:
            raise BadSettings("--revision is of one rule: write one, or leave it out")
    with asked(target, key) as client:
        client.preview_rules(wanted, timeout_s=TIMEOUT_S)
        answers = list(_writing(client, wanted, revision, reason))
    found = [answer.rule for answer in answers if answer.rule]
    print_json(answers) if as_json else show_rules(found)


def _writing(
    client: Client, rules: Sequence[Rule], revision: int | None, reason: str
) -> Iterator[RuleAnswer]:
    """Write one after the other; if the server goes away in between, say how far it went."""
    from headwater import HeadwaterError

    for place, rule in enumerate(rules):
        try:
            yield client.upsert_rule(rule, revision=revision, reason=reason, timeout_s=TIMEOUT_S)
        except HeadwaterError:
            if place:
                typer.echo(f"{place} of {len(rules)} rules are written; repeat it all", err=True)
            raise


def delete(
    name: Name,
    target: Target = None,
    key: Key = "",
    revision: Revision = None,
    reason: Reason = "",
) -> None:
    """Delete a rule, also one of the settings. `headwater rules restore` brings it back."""
    with asked(target, key) as client:
        offset = client.delete_rule(name, revision=revision, reason=reason, timeout_s=TIMEOUT_S)
    print(f"{name} is deleted, offset={offset}")


def history(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="only this rule")] = "",
    target: Target = None,
    key: Key = "",
    count: Annotated[int, typer.Option(min=1, help="how many changes at most")] = 50,
    as_json: Json = False,
) -> None:
    """List who changed which rule, and when; newest first."""
    from itertools import islice

    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.rules.tables import show_changes

    with asked(target, key) as client:
        found = list(islice(client.list_rule_changes(name, timeout_s=TIMEOUT_S), count))
        if name and not found:
            _check_known(client, name)
    print_json(found) if as_json else show_changes(found)


def _check_known(client: Client, name: str) -> None:
    """End the command for a rule that is nowhere; one of the settings may have no changes."""
    known = [rule.name for rule in client.list_rules(timeout_s=TIMEOUT_S)]
    if name not in known:
        fail(f"there is no rule {name}{did_you_mean(name, known)}")


def restore(
    name: Name,
    to_revision: Annotated[
        int, typer.Argument(metavar="REVISION", min=0, help="of `rules history`; 0: the settings")
    ],
    target: Target = None,
    key: Key = "",
    revision: Revision = None,
    reason: Reason = "",
) -> None:
    """Make a rule what it was at an earlier revision: the undo."""
    from headwater_server.cli.rules.tables import show_rules

    with asked(target, key) as client:
        answer = client.restore_rule(
            name, to_revision, revision=revision, reason=reason, timeout_s=TIMEOUT_S
        )
    show_rules([answer.rule]) if answer.rule else print(f"there is no rule {name} now")


def preview(
    visitor: Annotated[list[str], typer.Option(help="a visitor ID; give it several times")],
    rules: Annotated[
        str, typer.Argument(metavar="[RULES]", help="drafts, as for `rules put`")
    ] = "",
    delete: Annotated[list[str] | None, typer.Option(help="a rule to delete in the draft")] = None,
    placement: Annotated[list[str] | None, typer.Option(help="where lists are shown")] = None,
    page_size: Annotated[int, typer.Option(min=1, max=100, help="length of the lists")] = 10,
    at: Annotated[str, typer.Option(metavar="TIME", help="the lists' time (default: now)")] = "",
    target: Target = None,
    key: Key = "",
    as_json: Json = False,
) -> None:
    """Show visitors' lists under draft rules beside today's. Nothing is changed or stored."""
    from headwater import RuleQuestion
    from headwater_server.cli.experimenting.as_json import print_json
    from headwater_server.cli.rules.files import rules_of, time_of
    from headwater_server.cli.rules.tables import show_preview

    with explained():
        drafts = rules_of(rules) if rules else []
        time = time_of("--at", at) if at else None
    questions = [
        RuleQuestion(visitor_id=who, placement=where, page_size=page_size)
        for who in visitor
        for where in placement or [""]
    ]
    with asked(target, key) as client:
        found = client.preview_rules(
            drafts,
            delete_names=delete or [],
            questions=questions,
            preview_time=time,
            timeout_s=TIMEOUT_S,
        )
    print_json(found) if as_json else show_preview(found)
