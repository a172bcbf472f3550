"""One item of an event: how it comes to wait for learning, or is learned at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater_server.engine.figures.noting import note_act, note_report
from headwater_server.engine.figures.roles import ROLES
from headwater_server.engine.learning.kinds import Kind
from headwater_server.engine.learning.parts_of_acts import (
    part_of_purchase,
    part_of_refusal,
    pieces_of,
    weight_for_others,
)
from headwater_server.engine.messages.events import Event, EventItem
from headwater_server.engine.messages.rewards import (
    PURCHASE,
    REFUSALS,
    canonical_type,
    reward_of,
    weight_of,
)
from headwater_server.engine.parts import Parts, Steps
from headwater_server.engine.visitors.event_class import class_of
from headwater_server.engine.visitors.request_context import (
    circumstances_of_account,
    placement_of,
)
from headwater_server.engine.visitors.session_keys import session_key
from headwater_server.models.covisitation.circumstances import NO_ROWS

Tokens = tuple[str, ...]


def teach(parts: Parts, event: Event, row: int, item: int, time_ms: int, reward: float) -> Steps:
    """Learn an act on ``item``: a refusal at once, any other when those that wait are learned."""
    if reward < 0:
        yield from refuse(parts, event, row, item, time_ms)
    else:
        item_id = parts.catalogue.ids[item]
        weight = weight_for_others(parts, event, item_id, weight_of(event, reward))
        yield from interact(parts, event, row, item, time_ms, weight=weight)


def interact(
    parts: Parts, event: Event, row: int, item: int, time_ms: int, *, weight: float
) -> Steps:
    """Let an act on ``item`` wait to be learned; when as many wait as may, they are learned."""
    rows = parts.visitors.rows_of(event.visitor_id, event.user_id)
    tokens = circumstances_of(parts, event)
    if are_decided_by_acts(parts, rows, tokens):
        yield from parts.learning.learning()
    who = *rows, row, session_key(event.session_id)
    let_wait(parts, who, (item, time_ms), tokens, weight=weight)
    if parts.learning.is_full:
        yield from parts.learning.learning()


def let_wait(
    parts: Parts,
    who: tuple[int, int, int, int],
    act: tuple[int, int],
    tokens: tuple[Tokens, Tokens],
    *,
    weight: float,
) -> None:
    """Let an act wait to be learned.

    ``who`` are the rows of visitor and account, the row that acts, and the key of the session;
    ``act`` is (item, time); ``weight`` is how much of an act it is, 0 for none that teaches. What
    needs texts is done here: circumstances are entered in the order of the acts.
    """
    item, time_ms = act
    asked = named = NO_ROWS
    if tokens[0] or tokens[1]:
        asked, named = named_rows(parts, who[:2], item, time_ms, tokens, is_positive=weight > 0)
    known = *who, time_ms, time_ms / 1000.0, item, weight
    parts.learning.add((*known, parts.learned, parts.clock_ms), asked, named)


def named_rows(
    parts: Parts,
    rows: tuple[int, int],
    item: int,
    time_ms: int,
    tokens: tuple[Tokens, Tokens],
    *,
    is_positive: bool,
) -> tuple[Any, Any]:
    """Return the rows of circumstances by which the act is predicted, and under which it counts."""
    (found, claimed), model = tokens, parts.models.circumstances
    asked = model.rows(found)
    # looking twice at the same item enters none
    if is_positive and item != parts.visitors.latest(rows, time_ms / 1000.0):
        return asked, model.make_room(found + claimed)
    return asked, NO_ROWS


def circumstances_of(parts: Parts, event: Event) -> tuple[Tokens, Tokens]:
    """Return the circumstances of an act, and those that only a page claims."""
    account = event.user_id or parts.visitors.account_of(event.visitor_id)
    if not (account or event.placement or event.context or event.slate):
        return (), ()
    return parts.circumstances(event, placement_of(event), account)


def account_that_asked(parts: Parts, event: Event) -> Tokens | None:
    """Return the features of the account that a reported list was asked for.

    The question names it, else it is the visitor's; None: the question is not known.
    """
    if event.slate is None or event.slate.question is None:
        return None
    account = event.slate.question.user_id or parts.visitors.account_of(event.visitor_id)
    return circumstances_of_account(parts.users.features(account))


def are_decided_by_acts(parts: Parts, rows: tuple[int, int], tokens: tuple[Tokens, Tokens]) -> bool:
    """Whether acts that wait decide if circumstances are entered, or which go for them.

    Looking twice at the same item enters none; so the latest item must be known.
    """
    acts, (found, claimed) = parts.learning.acts, tokens
    if not (acts.count and (found or claimed)):
        return False
    return acts.has_any(rows) or parts.models.circumstances.removes_any(found + claimed)


def sell(parts: Parts, event: Event, bought: EventItem, item: int) -> None:
    """If it is one, count a purchase of ``item``, for what was paid if a backend says so.

    What a page says of a price is not believed: then it is the catalogue's, for one piece.
    """
    is_bought = canonical_type(event.event_type) == PURCHASE
    if not (is_bought and reward_of(event, parts.settings) > 0):
        return
    data = parts.catalogue.at(item)
    price, code = (None, "") if data is None else (data.price, data.currency_code)
    if bought.price is not None and not event.from_page:
        price, code = bought.price * pieces_of(bought.quantity), bought.currency_code or code
    elif price is not None and not event.from_page:
        price *= pieces_of(bought.quantity)
    weight = part_of_purchase(parts, event, bought.item_id)
    if weight > 0.0:
        parts.models.sales.buy(item, price, code, weight)


def report(parts: Parts, event: Event, profile: str, time_ms: int) -> int:
    """Open the window of the slots that were seen; they are learned from when it closes.

    Return how many of them count in the figures.
    """
    history = parts.history_before(event, placement_of(event), time_ms)
    row_class = class_of(event, parts.settings)
    account = account_that_asked(parts, event)
    reported = parts.impressions.report(event, profile, history, parts.clock_ms, account)
    for seen in reported:
        hide(parts, event, profile, seen, time_ms, row_class)
    names = [parts.catalogue.ids[item] for item in reported]
    return note_report(parts.figures, parts.attribution, event, profile, names, parts.clock_ms)


def note_plainly(
    parts: Parts,
    event: Event,
    kind: Kind,
    profile: str,
    item: int,
    time_ms: int,
    weight: float = 1.0,
) -> None:
    """Note what an act on one item does beside learning: hide it, sell it, count for lists."""
    reward = kind.reward_of(event)
    if kind.may_hide:
        hide(parts, event, profile, item, time_ms, kind.class_of(event))
    if kind.purchases and reward > 0:
        sell(parts, event, event.items[0], item)
    if reward > 0:
        parts.attribution.act(profile, (item,), reward, weight)
    if event.event_type in ROLES:
        note(parts, event, profile)


def note(parts: Parts, event: Event, profile: str) -> None:
    """Count a click or an order in the figures of the day."""
    args = parts.figures, parts.attribution, parts.catalogue, event, profile, parts.clock_ms
    clicked = note_act(*args)
    if clicked and parts.experiments.active:
        profiles = parts.visitors.profiles_of(event.visitor_id, event.user_id)
        for placement in clicked:
            parts.experiments.listed(profiles, parts.clock_ms, placement, 0, 1)


def attribute(
    parts: Parts, event: Event, profile: str, items: Sequence[int], reward: float
) -> None:
    """Give the reward of an act to the lists, and to the choice, that showed one of ``items``."""
    if reward > 0:
        parts.attribution.act(profile, items, reward, weight_of(event, reward))
    note(parts, event, profile)
    if parts.impressions.decisions.awaits(event):
        profiles = parts.visitors.profiles_of(event.visitor_id, event.user_id)
        parts.impressions.decisions.settle(event, profiles, reward)


def hide(parts: Parts, event: Event, profile: str, item: int, time_ms: int, row_class: int) -> None:
    """Leave the item out of the visitor's lists for as long as the rules say."""
    until_ms = parts.reranking.hidden_until_ms(event.event_type, item, time_ms)
    if until_ms is not None and until_ms > parts.clock_ms:
        parts.hiding.hide(profile, item, until_ms, now_ms=parts.clock_ms, row_class=row_class)


def refuse(parts: Parts, event: Event, row: int, item: int, time_ms: int) -> Steps:
    """Learn that the visitor did not like ``item``; what was dismissed is not shown again."""
    yield from parts.learning.learning()
    history = parts.history_before(event, placement_of(event), time_ms)
    parts.visitors.enter(row, time_ms / 1000.0, event.session_id)
    weight = weight_of(event, reward_of(event, parts.settings))
    weight *= part_of_refusal(parts, event, parts.catalogue.ids[item])
    if weight > 0.0:
        parts.learning.learn_refusal(history, item, weight)
    if canonical_type(event.event_type) in REFUSALS:
        parts.visitors.histories.add(row, item, time_ms / 1000.0, refused=True)
