"""Write the request for a slate, and read the slate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from headwater.field_error import FieldError
from headwater.ids import new_id
from headwater.recommendations import FeatureContribution, Recommendation, Result
from headwater.v1 import recommendation_service_pb2 as pb
from headwater.values import Values
from headwater.wire.act_rates import act_rate
from headwater.wire.arms import arms
from headwater.wire.fields import TEXT, built, described
from headwater.wire.values import to_ids, to_values


class Question(TypedDict, total=False):
    """The fields of ``recommend`` besides the visitor; see RecommendRequest in the protos."""

    user_id: str
    session_id: str
    placement: str
    page_size: int
    candidate_item_ids: Sequence[str]
    exclude_item_ids: Sequence[str]
    context_item_ids: Sequence[str]
    filter: str
    context: Values
    recommendation_id: str
    min_offset: str
    explore: bool
    diversity: str
    exclude_attribution_tokens: Sequence[str]
    explain: bool
    first_slot_propensities: bool
    objective: str


_LISTS = frozenset(
    (
        "candidate_item_ids",
        "exclude_item_ids",
        "context_item_ids",
        "exclude_attribution_tokens",
    )
)


def recommend_request(visitor_id: str, question: Question) -> pb.RecommendRequest:
    """Build the request. Its id is created here, so that a retry returns the same slate.

    >>> recommend_request("visitor-1", {"colour": "red"})
    Traceback (most recent call last):
    ValueError: Protocol message RecommendRequest has no "colour" field.
    """
    fields: dict[str, Any] = dict(question)
    explore = fields.pop("explore", True)
    for name in _LISTS & fields.keys():
        fields[name] = to_ids(name, fields[name])
    return built(
        pb.RecommendRequest,
        visitor_id=visitor_id,
        recommendation_id=fields.pop("recommendation_id", "") or new_id(),
        context=to_values("context", fields.pop("context", {})),
        diversity=_level(_text("diversity", fields)),
        objective=_objective(_text("objective", fields)),
        exploration=pb.EXPLORATION_UNSPECIFIED if explore else pb.EXPLORATION_OFF,
        **fields,
    )


def _text(name: str, fields: dict[str, Any]) -> str:
    value = fields.pop(name, "")
    if not isinstance(value, str):
        raise FieldError(f"{name} is {described(value)}: {TEXT}")
    return value


def _level(diversity: str) -> pb.Diversity.ValueType:
    levels = dict(pb.Diversity.items())
    name = f"DIVERSITY_{diversity.upper() or 'UNSPECIFIED'}"
    if name not in levels:
        raise ValueError(f"diversity: {diversity!r} is none of none, low, medium, high and auto")
    return levels[name]


def _objective(objective: str) -> pb.Objective.ValueType:
    names = dict(pb.Objective.items())
    name = f"OBJECTIVE_{objective.upper() or 'UNSPECIFIED'}"
    if name not in names:
        raise ValueError(f"objective: {objective!r} is none of acts, purchases and revenue")
    return names[name]


def _objective_text(objective: int) -> str:
    """Return the name; "" for none, and for one of a newer server."""
    for name, number in pb.Objective.items():
        if objective == number != pb.OBJECTIVE_UNSPECIFIED:
            return name.removeprefix("OBJECTIVE_").lower()
    return ""


def recommendation(response: pb.RecommendResponse) -> Recommendation:
    """Read the slate."""
    return Recommendation(
        recommendation_id=response.recommendation_id,
        attribution_token=response.attribution_token,
        results=tuple(_result(result) for result in response.results),
        offset=response.offset,
        policy=response.policy,
        degraded=tuple(response.degraded),
        shortfall=response.shortfall,
        propensities_estimated=response.propensities_estimated,
        arms=arms(response.arms),
        objective=_objective_text(response.objective),
        objective_note=response.objective_note,
    )


def _result(result: pb.Result) -> Result:
    return Result(
        item_id=result.item_id,
        score=result.score,
        probability=result.probability if result.HasField("probability") else None,
        propensity=result.propensity,
        sources=tuple(result.sources),
        reasons=tuple(result.reasons),
        probability_low=result.probability_low if result.HasField("probability_low") else None,
        probability_high=result.probability_high if result.HasField("probability_high") else None,
        rules=tuple(result.rules),
        contributions=tuple(
            FeatureContribution(one.feature, one.contribution) for one in result.contributions
        ),
        explanation=result.explanation,
        first_slot_propensity=(
            result.first_slot_propensity if result.HasField("first_slot_propensity") else None
        ),
        act_rate=act_rate(result.act_rate) if result.HasField("act_rate") else None,
    )
