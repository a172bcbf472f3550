"""Draws between the policy's action and the caller's own first one, with the exact chances.

    mu(a) = s pi(a) + (1 - s) [a is the baseline]

With several slots the draw is made once for all of them: the list is the policy's, or the
baseline's. So what was shown has a chance of at least s times the policy's, whatever their number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from headwater import Choice, Recommendation

ONLINE, APPRENTICE = "online", "apprentice"
RATIO_MAX, WEIGHT_MAX = 5e5, 1e12
"""Weights are cut at it: the server refuses a choice beyond twice as much, and learns nothing."""
CHANCE_MIN, PRODUCT_MIN = 1e-12, 1e-200
"""Chances that are 0 by rounding count as so much: what was shown had one."""


@dataclass(frozen=True, slots=True)
class Before:
    """The slots before one: their chance under the policy and by equal chances, and whose they are.

    >>> Before().chance(0.2)
    1.0
    """

    policy: float = 1.0
    random: float = 1.0
    is_baseline: bool = True

    def chance(self, share: float) -> float:
        """Return the chance with which they were chosen, if the policy has this share."""
        return share * self.policy + (1.0 - share) * self.is_baseline


@dataclass(frozen=True, slots=True)
class Drawn:
    """The action of one slot; ``shares`` are the chances of all actions to be shown there."""

    action: str
    choice: Choice
    shares: Mapping[str, float]
    after: Before
    by_policy: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """What can be shown in one slot.

    ``policy`` is the action that the policy has drawn, ``chances`` its chances of all of them.
    ``estimated``: they are shares of draws, so the policy's own draw has another chance. Not
    ``is_known``: nothing may be shown now, and an allowed action takes its place.
    """

    baseline: str
    policy: str
    chances: Mapping[str, float]
    estimated: bool = False
    name: str = ""
    is_known: bool = True


def slot_of(slate: Recommendation, baseline: str, allowed: Sequence[str], name: str = "") -> Slot:
    """Return the slot that a slate over the allowed actions answers."""
    chances = {one.item_id: one.first_slot_propensity or 0.0 for one in slate.results}
    if not chances:
        action = baseline if baseline in allowed else allowed[0]
        return Slot(baseline, action, {action: 1.0}, name=name, is_known=False)
    first = slate.results[0].item_id
    return Slot(baseline, first, chances, slate.propensities_estimated, name)


def uniform(event_id: str, of: str) -> float:
    """Return the event's random number from 0 up to, not including, 1; ``of`` says what it is for.

    >>> uniform("e1", "share") == uniform("e1", "share") != uniform("e1", "action")
    True
    """
    text = f"{of}\0{event_id}".encode("utf-8", "surrogatepass")
    digest = hashlib.blake2b(text, digest_size=8, person=b"personalizer").digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53


def draws_policy(event_id: str, share: float) -> bool:
    """Return whether the policy answers this event; a repeated call gives the same.

    >>> draws_policy("e1", 0.0), draws_policy("e1", 1.0)
    (False, True)
    """
    return uniform(event_id, "share") < share


def draw(slot: Slot, event_id: str, mode: str, share: float, before: Before, wait_ms: int) -> Drawn:
    """Return what is shown in a slot, with its chances.

    >>> slot = Slot("tea", "cake", {"tea": 0.25, "cake": 0.75})
    >>> drawn = draw(slot, "e1", "apprentice", 0.0, Before(), 0)
    >>> drawn.action, drawn.choice.propensity, drawn.choice.baseline_propensity
    ('tea', 1.0, 0.25)
    >>> drawn = draw(slot, "e1", "apprentice", 1.0, Before(), 0)
    >>> drawn.action, drawn.choice.propensity, drawn.choice.is_baseline
    ('cake', 0.75, False)
    """
    is_online = mode == ONLINE
    part = 1.0 if is_online else share
    by_policy = is_online or draws_policy(event_id, part)
    action = slot.policy if by_policy else slot.baseline
    if by_policy and slot.estimated and not is_online:
        action = _again(slot, event_id)
    chance_before = before.chance(part)
    shares = {name: part * before.policy * chance for name, chance in slot.chances.items()}
    if before.is_baseline:
        shares[slot.baseline] = shares.get(slot.baseline, 0.0) + (1.0 - part)
    shares = {name: joint / chance_before for name, joint in shares.items()}
    after = Before(
        max(PRODUCT_MIN, before.policy * slot.chances.get(action, 0.0)),
        before.random * _equal(slot, action, before),
        before.is_baseline and action == slot.baseline,
    )
    propensity = max(CHANCE_MIN, min(1.0, shares[action]))
    policy, equal = min(1.0, slot.chances.get(action, 0.0)), _equal(slot, action, before)
    choice = Choice(
        propensity=propensity,
        policy_propensity=policy,
        random_propensity=equal,
        is_baseline=after.is_baseline,
        baseline_propensity=min(1.0, slot.chances.get(slot.baseline, 0.0)),
        slot=slot.name,
        mode=mode,
        wait_ms=wait_ms,
        covers_both=_covers(slot, shares, before, part, is_online=is_online),
        policy_weight=_cut(before.policy / chance_before, policy / propensity),
        random_weight=_cut(before.random / chance_before, equal / propensity),
        baseline_weight=_cut(before.is_baseline / chance_before, after.is_baseline / propensity),
    )
    return Drawn(action, choice, shares, after, by_policy)


def _cut(weight: float, ratio: float) -> float:
    """Return the weight, smaller if its product with ``ratio`` would be beyond `RATIO_MAX`.

    >>> _cut(4.0, 0.5), _cut(4.0, 1e7)
    (4.0, 0.05)
    """
    return min(weight, RATIO_MAX / max(ratio, RATIO_MAX / WEIGHT_MAX))


def _again(slot: Slot, event_id: str) -> str:
    """Draw from the chances themselves: then they are exact, also if they are estimates."""
    left = uniform(event_id, f"action\0{slot.name}") * sum(slot.chances.values())
    action = slot.policy
    for name, chance in slot.chances.items():
        if chance > 0.0:
            action = name
            left -= chance
            if left < 0.0:
                break
    return action


def _equal(slot: Slot, action: str, before: Before) -> float:
    """Return the chance if each action that policy or baseline may show were drawn equally."""
    allowed = {name for name, chance in slot.chances.items() if chance > 0.0}
    if before.is_baseline:  # else the baseline is not shown here, and may be in a slot before
        allowed.add(slot.baseline)
    return 1.0 / len(allowed) if action in allowed else 0.0


def _covers(
    slot: Slot, shares: Mapping[str, float], before: Before, part: float, *, is_online: bool
) -> bool:
    """Return whether all that the policy or the baseline may choose had a chance above 0."""
    if part == 0.0 or not slot.is_known or (is_online and slot.estimated):
        return False
    return not before.is_baseline or shares.get(slot.baseline, 0.0) > 0.0
