"""Settings that change what the state means. They travel on the log, so all replicas agree."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from headwater_server.engine.ablation import REMOVABLE, check_without
from headwater_server.engine.setting_values.event_types import DEFAULT_REWARDS

_BEFORE: dict[str, Any] = {
    "catalogue_only": "nobody", "page_event_items_max": 0, "event_items_max": 0,
}  # fmt: skip
"""What builds without these settings did: events of pages created items, in all free places."""

_SINCE: dict[str, Any] = {
    "features": (), "act_half_life_days": 14.0, "objective": "acts",
    "exploration_bandit": "matching", "exploration_bandit_epsilon": 0.005,
    "exploration_bandit_scale": 0.4, "group_by": "group_id", "variants_max": 1, "rankers": {},
    "figures_days": 400, "figures_items_max": 1_000, "figures_day_offset_hours": 0.0,
}  # fmt: skip
"""What earlier builds do not know, and its default."""


@dataclass(frozen=True)
class EngineSettings:
    """The settings of an engine. Two engines with equal settings and entries are equal.

    Each field's meaning, unit and reason are in its ``help`` metadata; the command line and
    the settings page are made from them.
    """

    rewards: dict[str, float] = field(
        default_factory=lambda: dict(DEFAULT_REWARDS),
        metadata={"help": "event type -> reward; you can add event types"},
    )
    ranker: str = field(
        default="listwise",
        metadata={
            "help": "listwise, or listwise(rate=0.06) with other rates (docs/rankers.md); "
            "river:<class or pipeline> for any River classifier; <module>:<class>, or the name of "
            "an installed entry point of the group headwater.rankers, for one of your own. All "
            "servers of a log need the same code"
        },
    )
    rankers: dict[str, str] = field(
        default_factory=dict,
        metadata={
            "help": "rankers that learn beside it, so that a policy may answer with one of them "
            "(ranker = NAME, docs/rankers.md): name -> what ranker takes, at most 2, for example "
            '{"fast": "listwise(rate=0.06)", "linear": "river:linear_model.LogisticRegression()"}'
        },
    )
    features: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "numbers of items that the ranker learns from, too, comma-separated, each as "
            "[name=]source: price; features.NAME; age(publish_time); <module>:<function> of an "
            "item, or an installed entry point of the group headwater.features "
            "(docs/models.md). All servers of a log need the same code"
        },
    )
    exploration_policy: str = field(
        default="plackett_luce",
        metadata={
            "help": "plackett_luce: items are drawn by score, propensities are exact. thompson: "
            "items are drawn from the posterior of the click probability, propensities are "
            "estimated; starts after 500 reported slots"
        },
    )
    exploration_epsilon: float = field(
        default=0.02,
        metadata={"help": "share of slots that are drawn uniformly from the allowed items"},
    )
    exploration_temperature: float = field(
        default=0.2,
        metadata={"help": "softmax temperature of the score; a small value explores little"},
    )
    exploration_bandit: str = field(
        default="matching",
        metadata={
            "help": "how one of at most 50 candidate_item_ids is chosen (page_size 1, or with "
            "first_slot_propensities, as by the Personalizer adapter). matching: each with its "
            "chance to be the best, which its rewards decide; propensities are exact. off: as lists"
        },
    )
    exploration_bandit_epsilon: float = field(
        default=0.005,
        metadata={"help": "share of such choices that are drawn uniformly, for evaluation"},
    )
    exploration_bandit_scale: float = field(
        default=0.4,
        metadata={"help": "factor of the deviations of such a choice; smaller explores less"},
    )
    hide_days: dict[str, float] = field(
        default_factory=dict,
        metadata={
            "help": "event type -> days for which an item is hidden from a visitor after such an "
            'event, for example {"purchase-complete": 30, "view": 0.04}'
        },
    )
    objective: Literal["acts", "purchases", "revenue"] = field(
        default="acts",
        metadata={
            "help": "what a list maximises, unless a request sets it: acts, purchases, or revenue "
            "(docs/objectives.md). Until 20 purchases are known it is acts"
        },
    )
    diversity: Literal["none", "low", "medium", "high", "auto"] = field(
        default="none",
        metadata={
            "help": "how much the items of a list differ, by category and similarity, unless a "
            "request or rule sets it"
        },
    )
    rules: list[dict[str, Any]] = field(
        default_factory=list,
        metadata={
            "help": "pin, boost, bury, cap, hide and diversity rules (docs/rules.md): a JSON "
            "list, @file with one, or [[rules]] tables in the settings file"
        },
    )
    group_by: str = field(
        default="group_id",
        metadata={
            "help": "the field by which items are variants of a product: group_id, or a feature "
            "such as parent (docs/rules.md). What hides one hides all; empty: no variants"
        },
    )
    variants_max: int = field(
        default=1, metadata={"help": "variants of a product in one list; 0: any number"}
    )
    attribution_window_minutes: float = field(
        default=30.0,
        metadata={
            "help": "minutes after a reported impression in which an interaction counts for it"
        },
    )
    session_gap_minutes: float = field(
        default=30.0, metadata={"help": "minutes without an event that end a session"}
    )
    deduplication_window_hours: float = field(
        default=168.0, metadata={"help": "hours for which an event_id is remembered"}
    )
    deduplication_ids_max: int = field(
        default=1_000_000,
        metadata={"help": "event IDs kept, of backends and of pages each; the oldest go first"},
    )
    visitor_events_per_minute_max: int = field(
        default=1_000,
        metadata={
            "help": "events a minute from which a visitor is a robot: served, not learned from; "
            "0: no limit"
        },
    )
    source_events_per_minute_max: int = field(
        default=0,
        metadata={
            "help": "events per minute that are learned from one source (API key and address); 0: "
            "no limit, as for the backend of a shop"
        },
    )
    page_visitor_events_per_minute_max: int = field(
        default=60,
        metadata={
            "help": "events per minute that are learned from one visitor, of those with a page "
            "key and without a backend's attribution token; 0: no limit"
        },
    )
    page_source_events_per_minute_max: int = field(
        default=600,
        metadata={
            "help": "events per minute that are learned from one source (key and address), for "
            "all its visitors together, of those with a page key and without a backend's "
            "attribution token; 0: no limit"
        },
    )
    act_half_life_days: float = field(
        default=14.0,
        metadata={"help": "days after which a seen slot weighs half in ListItemStatistics"},
    )
    figures_days: int = field(
        default=400, metadata={"help": "days of figures that are kept (docs/does-it-pay.md)"}
    )
    figures_items_max: int = field(
        default=1_000,
        metadata={"help": "items a day with figures of their own; others are one row"},
    )
    figures_day_offset_hours: float = field(
        default=0.0,
        metadata={"help": "hours that the shop's day begins before UTC's: 1 for Berlin"},
    )
    drift_fading: float = field(
        default=2.0,
        metadata={
            "help": "after an alarm that predictions have become worse (drift), older item pairs "
            "weigh this many times less; 1: alarms change nothing"
        },
    )
    ranker_every: int = field(
        default=1,
        metadata={
            "help": "after the first 20,000 interactions the ranker learns from one interaction in "
            "so many; counts of items and pairs learn from each. A larger number learns more "
            "events per second and predicts less well (docs/experiments.md)"
        },
    )
    visitors_max: int = field(
        default=1_000_000,
        metadata={
            "help": "visitor profiles; those inactive for longest are removed first, visitors with "
            "purchases, refusals or accounts last"
        },
    )
    items_max: int = field(
        default=1_000_000,
        metadata={
            "help": "items that the catalogue describes (UpsertItems). None is removed for others: "
            "a new one beyond this number is REFUSED"
        },
    )
    event_items_max: int = field(
        default=200_000,
        metadata={
            "help": "items that only events name, and deleted ones; those inactive for longest are "
            "removed first. 0: as many as items_max leaves free, at least a quarter of it"
        },
    )
    catalogue_only: Literal["nobody", "pages", "everyone"] = field(
        default="pages",
        metadata={
            "help": "whose events must name known items: those that the catalogue describes or a "
            "backend's event has named. pages: an event with a page key creates no item; everyone: "
            "only UpsertItems creates items; nobody: any event may"
        },
    )
    page_event_items_max: int = field(
        default=30,
        metadata={
            "help": "items that an event of a page may name: a basket; an impression may name its "
            "whole list. 0: 1,000, as for a backend"
        },
    )
    allowed_ids: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "IDs that are accepted although they look like the text of a missing value "
            "(docs/events.md), comma-separated, such as null"
        },
    )
    without: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "sources and feature families to disable, comma-separated, to measure what "
            f"each one contributes; any of {', '.join(REMOVABLE)}"
        },
    )
    seed: int = field(default=1, metadata={"help": "seed of the models' pseudo-random draws"})

    def __post_init__(self) -> None:
        """Refuse unknown names in ``without``, and sort sets: equal sets are equal settings."""
        check_without(self.without)
        object.__setattr__(self, "without", tuple(n for n in REMOVABLE if n in self.without))
        object.__setattr__(self, "allowed_ids", tuple(sorted(set(self.allowed_ids))))
        features: Any = self.features
        if isinstance(features, str):
            raise ValueError(f"features: write a list, such as [{features!r}]")  # noqa: TRY004 - a setting
        object.__setattr__(self, "features", tuple(features))

    def canonical(self) -> str:
        """One text for equal settings: JSON with sorted keys.

        What earlier builds do not know is left out where it is the default, so that they read it.

        >>> any(name in EngineSettings().canonical() for name in ("features", "objective"))
        False
        """
        values = asdict(self)
        for name, default in _SINCE.items():
            if values[name] == default:
                del values[name]
        return json.dumps(values, sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> EngineSettings:
        """Read what `canonical` wrote; an unknown name is refused.

        A missing one is the default, or what an earlier build did, so that its log gives its items.

        >>> EngineSettings.parse(EngineSettings(seed=7).canonical()).seed
        7
        >>> EngineSettings.parse("{}").catalogue_only, EngineSettings().catalogue_only
        ('nobody', 'pages')
        """
        values = _BEFORE | json.loads(text)
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown engine settings: {', '.join(sorted(unknown))}")
        return cls(**values)
