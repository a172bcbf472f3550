"""Finds what a shadow begins with: the policy as the log has it now, and a state to fold from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from headwater_server.engine.engine import Engine
from headwater_server.engine.messages.entries import SettingsChange
from headwater_server.engine.messages.experiments import PolicyOperation
from headwater_server.engine.policies.policy import Policy
from headwater_server.engine.settings import EngineSettings
from headwater_server.errors import CommandFailed
from headwater_server.evaluation.asking.own_engine import OwnSettings
from headwater_server.evaluation.asking.second_pass import DAY_MS
from headwater_server.evaluation.asking.source import Source
from headwater_server.evaluation.asking.start import Start, find_start
from headwater_server.evaluation.asking.wanted import Wanted
from headwater_server.evaluation.shown.span import Span
from headwater_server.garbage import no_passes
from headwater_server.replica.faults import DamagedSnapshot, LogBroken
from headwater_server.replica.ports.position import START, Position, time_ms_of

Choose = Callable[[Mapping[str, Policy]], Wanted]
OnEntry = Callable[[int], None]


@dataclass(frozen=True)
class InForce:
    """Policies and settings at the log's end; the engine knows nothing else for certain."""

    engine: Engine
    position: Position

    @property
    def policies(self) -> dict[str, Policy]:
        """Return the policies by name."""
        kept = self.engine.lookups.policies().policies
        return {one.policy_id: Policy(one.policy_id, json.loads(one.overrides)) for one in kept}


def differs(wanted: Wanted, settings: EngineSettings) -> bool:
    """Whether the policy would change anything of the settings in force."""
    if wanted.policy.is_baseline:
        return True
    if wanted.lacks(settings):
        return True
    changed = wanted.policy.over(replace(settings, **wanted.state))
    return changed.canonical() != settings.canonical()


async def in_force(source: Source, until: str, on_entry: OnEntry = lambda _: None) -> InForce:
    """Return what is in force at the offset ``until``: entries are read, events are not learned.

    It begins with the newest snapshot. `LogBroken` if neither it nor the first entry is there.
    """
    engine, position = await _newest(source)
    if position.offset == until:
        return InForce(engine, position)
    async for logged in source.log.iterate(position, until):
        position = logged.position
        on_entry(position.sequence)
        entry = logged.entry
        kept = tuple(o for o in entry.operations if isinstance(o, SettingsChange | PolicyOperation))
        if kept:
            engine.apply(replace(entry, operations=kept))
    return InForce(engine, position)


async def _newest(source: Source) -> tuple[Engine, Position]:
    for meta in await source.states():
        if source.snapshots is None:
            break
        try:
            parts = await source.snapshots.load(meta)
            with no_passes():
                return Engine.restore(parts), meta.position
        except (DamagedSnapshot, ValueError):
            continue  # `find_start` says so
    return Engine(), START


def check_differs(found: InForce, wanted: Wanted) -> None:
    """Raise `CommandFailed` if there is nothing to compare, or a ranker is not there."""
    if problem := wanted.lacks(found.engine.settings):
        raise CommandFailed(f"policy {wanted.name}: {problem}")
    if not differs(wanted, found.engine.settings):
        values = ", ".join(f"{name}={value}" for name, value in wanted.settings.items())
        raise CommandFailed(
            f"policy {wanted.name}: its settings ({values or 'none'}) are those in force, so it "
            "answers as the champion does: give other settings with --policy or --set"
        )


@dataclass(frozen=True)
class Begun:
    """The states that a shadow begins with; ``warm_ms``: see `Behind`."""

    start: Start
    champion: Engine
    own: Engine | None
    warm_ms: float


async def begun(source: Source, wanted: Wanted, span: Span, warm_days: float) -> Begun:
    """Return the states before the span. Raises `NoStart`, and `CommandFailed`."""
    start, champion = await find_start(source, span)
    if not wanted.state:
        return Begun(start, champion, None, 0.0)
    own, start_ms = await start.engine(), time_ms_of(start.position.offset)
    try:
        OwnSettings(wanted.state).begin(own, start_ms)
    except ValueError as error:
        raise CommandFailed(f"policy {wanted.name}: {error}") from None
    warm_ms = start_ms + warm_days * DAY_MS if start.meta else 0.0
    return Begun(start, champion, own, warm_ms)


def explained_gap(error: LogBroken) -> CommandFailed:
    """Return the same error with what a shadow needs."""
    return CommandFailed(
        f"{error}. The shadow cannot go on over entries that are missing: give --archive-dir with "
        "the archive of the log, fill one from the lake (`headwater lake restore`), or begin after "
        "the gap with --from and another --state"
    )
