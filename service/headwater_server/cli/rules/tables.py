"""Rules, their changes and previews as tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from headwater import ListPreview, Rule, RuleChange, RulePreview
from headwater_server.cli.experimenting.tables import legible, show_table

RULES = ("rule", "kind", "status", "what", "where", "when", "from", "revision")
CHANGES = ("revision", "when", "who", "rule", "before", "after", "why")


def show_rules(rules: Sequence[Rule]) -> None:
    """Print all rules, and the warnings below."""
    if rules:
        show_table(RULES, map(_rule, rules))
    else:
        print("there are no rules")
    show_warnings(rules)


def _rule(rule: Rule) -> tuple[str, ...]:
    source = rule.who or rule.source.name.lower()
    status, places = rule.status.name.lower(), ", ".join(rule.placements) or "everywhere"
    of = rule.name, rule.kind, status, what(rule), places, when(rule)
    return *of, source, str(rule.revision)


def show_warnings(rules: Iterable[Rule]) -> None:
    """Print what of the rules fits nothing."""
    for rule in rules:
        for text in rule.warnings:
            print(legible(f"warning: {rule.name}: {text}"))


def show_changes(changes: Sequence[RuleChange]) -> None:
    """Print changes, newest first."""
    if changes:
        show_table(CHANGES, map(_change, changes))
    else:
        print("there are no changes")


def _change(one: RuleChange) -> tuple[str, ...]:
    before = what(one.before) if one.before else "none"
    after = what(one.after) if one.after else "none"
    time = f"{one.change_time:%Y-%m-%d %H:%M:%S}Z"
    return str(one.revision), time, one.who, one.name, before, after, one.reason


def show_preview(preview: RulePreview) -> None:
    """Print what drafts fit, and what moves in each list."""
    for draft in preview.drafts:
        if draft.items_passing is not None:
            print(legible(f"{draft.name}: {draft.items_passing:,} items pass its filter"))
        for text in draft.warnings:
            print(legible(f"warning: {draft.name}: {text}"))
    for one in preview.lists:
        _show_list(one)


def _show_list(one: ListPreview) -> None:
    rows = []
    reasons = {move.item_id: move.reason for move in one.moves}
    for slot in range(max(len(one.before), len(one.after))):
        before = one.before[slot].item_id if slot < len(one.before) else ""
        after = one.after[slot].item_id if slot < len(one.after) else ""
        rows.append((str(slot + 1), before, after, reasons.get(after, "")))
    show_table(("slot", "today", "with the drafts", "why"), rows, title=_title(one))
    for move in one.moves:
        if not move.after:
            print(legible(f"{move.item_id} leaves the list: {move.reason}"))
    if one.note:
        print(one.note)


def _title(one: ListPreview) -> str:
    where = f", {one.placement}" if one.placement else ""
    return f"visitor {one.visitor_id}{where}: {_moving(len(one.moves))}"


def _moving(count: int) -> str:
    return (
        "nothing moves" if not count else f"{count} {'item moves' if count == 1 else 'items move'}"
    )


def what(rule: Rule) -> str:
    """Return what a rule does, in short.

    >>> what(Rule(name="x", kind="pin", slot=1, item_ids=("lamp",)))
    'slot 1: lamp'
    """
    of = {
        "pin": f"slot {rule.slot}: {', '.join(rule.item_ids) or 'the best'}",
        "cap": f"{rule.most} {f'of a {rule.field}' if rule.field else ''}".strip(),
        "diversity": rule.level,
        "hide": f"{rule.days or 0:g} days after {', '.join(rule.event_types)}"
        if rule.event_types
        else "from everybody",
    }.get(rule.kind, " ".join(_strength(rule)))
    return " ".join(filter(None, [of, rule.filter]))


def _strength(rule: Rule) -> list[str]:
    by = [f"by {rule.by:g}"] if rule.by else []
    return by + ([f"times {rule.times:g}"] if rule.times else [])


def when(rule: Rule) -> str:
    """Return from when until when a rule is in force."""
    start = f"from {rule.start_time:%Y-%m-%d %H:%M}Z" if rule.start_time else ""
    end = f"until {rule.end_time:%Y-%m-%d %H:%M}Z" if rule.end_time else ""
    return " ".join(filter(None, [start, end])) or "always"
