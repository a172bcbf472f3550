"""Settings that change what the state means. They travel on the log, so all replicas agree."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from headwater_server.engine.ablation import REMOVABLE, check_without

DEFAULT_REWARDS: dict[str, float] = {
    "impression": 0.0,
    "detail-page-view": 0.2,
    "click": 0.3,
    "download": 0.5,
    "add-to-cart": 0.6,
    "favorite": 0.6,
    "review": 0.6,
    "rating": 0.2,  # times the event's value, so that 5 stars are worth 1.0
    "purchase-complete": 1.0,
    "remove-from-cart": -0.3,
    "return": -0.6,
    "dismiss": -0.5,
    "dislike": -1.0,
}

ALIASES: dict[str, str] = {
    "view": "detail-page-view",
    "cart": "add-to-cart",
    "addtocart": "add-to-cart",
    "like": "favorite",
    "purchase": "purchase-complete",
    "transaction": "purchase-complete",
    "order": "purchase-complete",
}


@dataclass(frozen=True)
class EngineSettings:
    """The settings of an engine. Two engines with equal settings and entries are equal.

    Each field's meaning, unit and reason stand in its ``help`` metadata; the command line and
    the settings page are made from them.
    """

    rewards: dict[str, float] = field(
        default_factory=lambda: dict(DEFAULT_REWARDS),
        metadata={"help": "event type -> reward; other names may be added"},
    )
    ranker: str = field(
        default="listwise",
        metadata={"help": "listwise, or river:<class or pipeline> for any River classifier"},
    )
    exploration_policy: str = field(
        default="plackett_luce",
        metadata={
            "help": "plackett_luce: slots drawn by score, propensities exact; thompson: by a draw "
            "from the posterior of the chance of an act, propensities estimated; it begins once "
            "500 slots were reported"
        },
    )
    exploration_epsilon: float = field(
        default=0.02, metadata={"help": "share of slots drawn uniformly from the allowed items"}
    )
    exploration_temperature: float = field(
        default=0.2, metadata={"help": "softmax temperature of the score; small is greedy"}
    )
    hide_days: dict[str, float] = field(
        default_factory=dict,
        metadata={
            "help": "event type -> days for which an item is left out of the lists of a visitor "
            "who did this with it, such as purchase-complete=30 (bought) or view=0.04 (seen)"
        },
    )
    diversity: Literal["none", "low", "medium", "high", "auto"] = field(
        default="none",
        metadata={
            "help": "how varied a list is, by category and similarity, unless a request or a rule "
            "says otherwise"
        },
    )
    rules: list[dict[str, Any]] = field(
        default_factory=list,
        metadata={
            "help": "pin, boost, bury, cap, hide and diversity rules (docs/rules.md), a list in "
            "JSON, or @file that holds one; [[rules]] tables in the settings file"
        },
    )
    attribution_window_minutes: float = field(
        default=30.0,
        metadata={"help": "minutes in which an act counts for a reported impression"},
    )
    session_gap_minutes: float = field(
        default=30.0, metadata={"help": "minutes without an event that end a session"}
    )
    deduplication_window_hours: float = field(
        default=168.0, metadata={"help": "hours for which an event_id is remembered"}
    )
    deduplication_ids_max: int = field(
        default=1_000_000,
        metadata={"help": "event ids remembered at most; the oldest are removed first"},
    )
    visitor_events_per_minute_max: int = field(
        default=1_000,
        metadata={
            "help": "events a minute from which a visitor counts as a robot: it is served, but "
            "nothing is learned from it; 0: no limit"
        },
    )
    source_events_per_minute_max: int = field(
        default=0,
        metadata={
            "help": "events a minute that are learned from one source (API key and address) at "
            "most; 0: no limit, as for a shop's own backend"
        },
    )
    page_visitor_events_per_minute_max: int = field(
        default=60,
        metadata={
            "help": "events a minute, with a page's key and without an attribution token that a "
            "backend requested, that are learned from one visitor at most; 0: no limit"
        },
    )
    page_source_events_per_minute_max: int = field(
        default=600,
        metadata={
            "help": "events a minute, with a page's key and without an attribution token that a "
            "backend requested, that are learned from one source (key and address) at most, "
            "for all visitor ids together; 0: no limit"
        },
    )
    drift_fading: float = field(
        default=2.0,
        metadata={
            "help": "at an alarm that predictions became worse (drift), pairs counted "
            "until then weigh this many times less; 1: an alarm changes nothing"
        },
    )
    visitors_max: int = field(
        default=1_000_000,
        metadata={"help": "profiles kept; the longest inactive are removed first"},
    )
    items_max: int = field(
        default=200_000, metadata={"help": "items kept; the longest inactive are removed first"}
    )
    without: tuple[str, ...] = field(
        default=(),
        metadata={
            "help": "sources and families of features left out, separated by commas, to measure "
            f"what each is worth; any of {', '.join(REMOVABLE)}"
        },
    )
    seed: int = field(default=1, metadata={"help": "seed of the models' pseudo-random draws"})

    def __post_init__(self) -> None:
        """Refuse unknown names in ``without``, and sort them: equal sets are equal settings."""
        check_without(self.without)
        object.__setattr__(self, "without", tuple(n for n in REMOVABLE if n in self.without))

    def canonical(self) -> str:
        """One text for equal settings: JSON with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def parse(cls, text: str) -> EngineSettings:
        """Read what `canonical` wrote; an unknown name is refused, a missing one is the default.

        >>> EngineSettings.parse(EngineSettings(seed=7).canonical()).seed
        7
        """
        values = json.loads(text)
        unknown = set(values) - {f.name for f in fields(cls)}
        if unknown:
            raise ValueError(f"unknown engine settings: {', '.join(sorted(unknown))}")
        return cls(**values)
