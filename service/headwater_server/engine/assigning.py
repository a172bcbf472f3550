"""While experiments run: the arms of a visitor, the answer under their policies, who is new."""

from __future__ import annotations

from collections.abc import Sequence

from headwater_server.engine import answers
from headwater_server.engine.experiments.assignments import Assignment
from headwater_server.engine.experiments.counts.days import POPULAR
from headwater_server.engine.experiments.running import Running
from headwater_server.engine.messages.asked import Arm
from headwater_server.engine.messages.requests import Recommendation, RecommendRequest
from headwater_server.engine.parts import Parts
from headwater_server.engine.policies.requests_under import request_under
from headwater_server.engine.reranking.answer_settings import Order


def recommend_all(
    parts: Parts, requests: Sequence[RecommendRequest], now_ms: int
) -> list[Recommendation]:
    """Answer under the policies of the visitors' arms, and name these; a pure read."""
    of = parts.visitors.profiles_of
    profiles = [of(request.visitor_id, request.user_id) for request in requests]
    assigned = parts.experiments.assignments(
        [(*who, request.placement) for who, request in zip(profiles, requests, strict=True)],
        now_ms,
        parts.reranking.in_force,
    )
    asked = [
        answers.Asked(
            request if under.explore is None else request_under(request, under), under, arms, who
        )
        for request, (arms, under), who in zip(requests, assigned, profiles, strict=True)
    ]
    found = answers.answer_all(parts, asked, now_ms)
    if not any([request.explain for request in requests]):  # noqa: C419 - quicker
        return found
    return [_explained(parts, one, answer) for one, answer in zip(asked, found, strict=True)]


def _explained(parts: Parts, asked: answers.Asked, answer: Recommendation) -> Recommendation:
    """Return the answer; that of a policy without a model says so if reasons are asked for."""
    if not asked.request.explain or asked.under.order is Order.SCORE:
        return answer
    if asked.under.order is Order.POPULAR:
        whose = _popular_arm(parts, asked.arms)
        return answer.explained_by(
            f"{whose}: the list is the most popular items, without reasons of its own."
        )
    return answer.explained_by("A policy without a model made this list: it has no reasons.")


def _popular_arm(parts: Parts, arms: Sequence[Arm]) -> str:
    """Return in words which arm shows popular items."""
    for one in arms:
        running = parts.experiments.by_id[one.experiment_id]
        place = running.names.index(one)
        if running.experiment.arms[place].policy_id == POPULAR:
            if place == 0:
                return f"The visitor belongs to the hold-out (experiment {one.experiment_id})"
            return f"The visitor is in the arm {one.arm_id} of the experiment {one.experiment_id}"
    return "The visitor is in an experiment"


def assignment(parts: Parts, request: RecommendRequest, now_ms: int) -> Assignment:
    """Return the arms that the answer names, and the settings that it is made under."""
    profiles = parts.visitors.profiles_of(request.visitor_id, request.user_id)
    in_force = parts.reranking.in_force
    return parts.experiments.assignment(profiles, request.placement, now_ms, in_force)


def arms_of(
    parts: Parts, visitor_id: str, user_id: str, placement: str, now_ms: int
) -> tuple[Arm, ...]:
    """Return a visitor's arms, by experiment; without ``placement``, at any. A pure read.

    Who was in an arm that is closed gets control.
    """
    profiles = parts.visitors.profiles_of(visitor_id, user_id)
    found = parts.experiments.assigned(*profiles, placement, now_ms)
    return tuple(sorted((one.shown for one in found), key=lambda arm: arm.experiment_id))


def entering(
    parts: Parts, visitor_id: str, user_id: str, arms: Sequence[Arm], now_ms: int
) -> tuple[Arm, ...]:
    """Return those of a list's arms into which its report would bring the visitor. A pure read."""
    profiles, by_id = parts.visitors.profiles_of(visitor_id, user_id), parts.experiments.by_id
    return tuple(
        one for one in arms if _enters(by_id.get(one.experiment_id), one, profiles, now_ms)
    )


def _enters(running: Running | None, arm: Arm, profiles: tuple[str, str], now_ms: int) -> bool:
    if running is None:  # another replica has read further: it gave the list its arms
        return True
    if running.stop_ms or running.is_over(now_ms) or running.is_full:
        return False
    is_closed = any(running.names[place] == arm for place in running.closed)
    return not is_closed and bool(running.unit(*profiles)) and running.find(*profiles) < 0
