"""A token proves a slate; what we have not signed proves nothing."""

import base64
import contextlib
import string
from dataclasses import replace
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.messages.asked import Arm, Question
from headwater_server.engine.messages.events import Slate
from headwater_server.engine.messages.names import names_of
from headwater_server.engine.tokens import signed_token
from headwater_server.engine.tokens.answer_body import Asked
from headwater_server.engine.tokens.attribution_token import (
    ForgedTokenError,
    Opened,
    TokenKey,
    open_token,
    sign,
)
from headwater_server.engine.tokens.question_body import question_bytes
from headwater_server.engine.tokens.sealing import sealed
from headwater_server.engine.tokens.token_body import packed, put_slots

KEY = TokenKey(7, b"k" * 32)
OURS = {7: KEY}.get
CHARACTERS = string.ascii_letters + string.digits + "-_"
TEXT = st.text(max_size=60)
IDS = st.one_of(TEXT, st.uuids().map(str), st.uuids().map(lambda uuid: uuid.hex))
POLICIES = st.one_of(TEXT, st.sampled_from(["best", "plackett_luce", "thompson"]))
NUMBERED = st.builds(
    lambda prefix, numbers: [f"{prefix}{number}" for number in numbers],
    st.one_of(TEXT, st.sampled_from(["item-", "sku7-", "0", "", "a", "/", "b/"])),
    st.lists(st.from_regex("[0-9]{1,12}|[0-9/ab]{0,4}", fullmatch=True), max_size=100),
)
SLATES = st.builds(
    lambda ids, *texts: Slate(*texts, tuple(ids), tuple(1.0 / (n + 2) for n in range(len(ids)))),
    st.one_of(st.lists(TEXT, max_size=100), NUMBERED),
    IDS,
    POLICIES,
    TEXT,
)
FEATURES = st.lists(st.tuples(st.text(max_size=9), st.floats(allow_nan=False) | TEXT), max_size=3)
MANY_IDS = st.lists(TEXT, max_size=6).map(tuple)
QUESTIONS = st.builds(
    Question, st.integers(0, 1000), MANY_IDS, MANY_IDS, MANY_IDS, TEXT, TEXT, st.booleans(), IDS,
    IDS, FEATURES.map(tuple), st.sampled_from(("", "acts", "purchases", "revenue")),
)  # fmt: skip
ARMS = st.lists(st.builds(Arm, TEXT, TEXT), max_size=3).map(tuple)
EARLIER = (  # made by the build of November 2026
    "AgcAAAA8kYSpdLIqhnPmova2eAEEaG9tZQIPj61b2ctGn6FlcIZ3KJUOBAgAEAAAAPgAY2Hl5CxJzSvJObwktyCzJDVX18"
    "DAwBjGMAEAgCV0HEXiRt0MXhDAmhHR6g"
)
AB = Slate("r1", "best", "home", ("a", "b"), (0.5, 0.25))


def steps_of(propensities):
    """Return the propensities as a token has them."""
    out = np.empty(2 * len(propensities), np.uint8)
    assert put_slots(*names_of(()), propensities, out) == len(out)
    return out.tobytes()


def raw_of(token):
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


def spelled(raw):
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def sealed_token(content, head=b"\x03\x07\0\0\0\x3c"):
    return spelled(head + sealed(head, content, KEY.secret, 60))


def signed_before(slate, visitor_id="ann", user_id="", expire_s=60):
    """A token as the builds before version 3 made it."""
    tags = [signed_token.tag(b"visitor ", visitor_id, KEY.secret)]
    tags += [signed_token.tag(b"user ", user_id, KEY.secret)] if user_id else [b""]
    head = signed_token.HEAD.pack(2, 7, expire_s, tags[0], len(tags[1]))
    body = head + tags[1] + packed(slate)
    return spelled(body + signed_token.mac(body, KEY.secret))


def signed(slate=AB, key=KEY, **about):
    return sign(slate, key, **({"visitor_id": "ann", "expire_s": 60} | about))


@given(slate=SLATES)
def test_a_signed_slate_comes_back(slate):
    """Items and texts to the letter, propensities to 0.02 %."""
    opened = open_token(signed(slate), OURS).slate
    assert opened.item_ids == slate.item_ids
    assert opened.recommendation_id == slate.recommendation_id
    assert (opened.policy, opened.placement) == (slate.policy, slate.placement)
    assert opened.propensities == pytest.approx(slate.propensities, rel=2e-4)


@given(SLATES, st.tuples(*[st.integers(0, 2**31)] * 3), st.integers(0, 2**48 - 1), ARMS, QUESTIONS)
def test_place_time_arms_and_question_come_back(slate, place, time_ms, arms, asked):
    sequence, operations, windows = place
    slate = replace(slate, arms=arms)
    question = question_bytes(asked, slate.item_ids, 100_000)
    assert question is not None
    token = signed(slate, asked=Asked(sequence, operations, time_ms, question, windows))
    opened = open_token(token, OURS).slate
    assert repr(opened.question) == repr(asked)
    assert opened.place == place
    assert (opened.time_ms, opened.arms, opened.unreplayable) == (time_ms, arms, False)
    assert opened.item_ids == slate.item_ids
    unread = open_token(token, OURS, questions=False).slate
    assert replace(unread, question=opened.question) == opened


@given(SLATES, st.data())
def test_candidates_come_back_in_their_order(slate, data):
    """Also doubled ones, and slates with an item that is no candidate, as a pinned one may be."""
    candidates = data.draw(st.permutations([*slate.item_ids[:50], *slate.item_ids[:2], "x", "y"]))
    asked = Question(candidate_item_ids=tuple(candidates))
    question = question_bytes(asked, slate.item_ids, 100_000)
    token = signed(slate, asked=Asked(1, 0, 5, question))
    assert open_token(token, OURS).slate.question == asked


def test_a_question_that_is_too_long_is_left_out():
    items = tuple(f"item-{n}" for n in range(3_000))
    asked = Question(candidate_item_ids=items)
    assert question_bytes(asked, items[:20], 512) is None
    assert question_bytes(Question(filter="x" * 600), (), 512) is None
    assert question_bytes(Question(exclude_item_ids=("x" * 300,)), (), 512) is None
    kept = question_bytes(Question(candidate_item_ids=items[:100]), items[:20], 512)
    assert kept is not None
    assert len(kept) <= 512
    slate = open_token(signed(asked=Asked(9, 2, 5, None)), OURS).slate
    assert (slate.question, slate.unreplayable, slate.sequence) == (None, True, 9)


def test_a_visitor_reads_nothing_of_it_but_key_and_expiry():
    """Neither texts nor numbers are there, in any spelling; equal contents differ."""
    asked = Question(
        filter="margin > 0.4", context=(("segment", "whale"),), user_id="user-77", session_id="s-5"
    )
    question = question_bytes(asked, AB.item_ids, 512)
    tokens = [signed(user_id="user-77", asked=Asked(5, 0, 7, question)) for _ in range(2)]
    first, second = map(raw_of, tokens)
    assert first[:6] == second[:6] == b"\x03\x07\0\0\0\x3c"
    for secret in (
        b"margin",
        b"segment",
        b"whale",
        b"user-77",
        b"s-5",
        b"home",
        b"r1",
        steps_of(np.array(AB.propensities)),
    ):
        assert secret in question + packed(AB)
        assert secret not in first
    assert not any(first[n : n + 8] in second for n in range(6, len(first) - 8))


@pytest.mark.parametrize("visitor", ["ann", "", "\ud800"])
def test_tokens_of_version_2_are_accepted(visitor):
    token = signed_before(AB, visitor, "bob", expire_s=90)
    opened = open_token(token, OURS)
    assert opened.slate == AB
    assert (opened.expire_s, opened.is_of_visitor(visitor), opened.is_of_user("bob")) == (
        90, True, True,
    )  # fmt: skip
    assert not opened.is_of_visitor(visitor + "x")
    raw = bytearray(raw_of(token))
    raw[-20] ^= 1
    with pytest.raises(ForgedTokenError, match="signature"):
        open_token(spelled(bytes(raw)), OURS)


@given(st.floats(1e-9, 1.0))
def test_a_propensity_keeps_its_place_beside_one(propensity):
    """One stays one, exactly, and nothing becomes more than one."""
    [opened] = open_token(
        signed(Slate("r", "p", "", ("a",), (propensity,))), OURS
    ).slate.propensities
    assert opened == pytest.approx(propensity, rel=2e-4)
    assert opened <= 1.0
    [one] = open_token(signed(Slate("r", "p", "", ("a",), (1.0,))), OURS).slate.propensities
    assert one == 1.0


@given(st.integers(0, 2**32 - 1), TEXT, TEXT, TEXT)
def test_it_knows_whom_it_was_made_for_and_until_when(expire_s, visitor, user, other):
    opened = open_token(signed(visitor_id=visitor, user_id=user, expire_s=expire_s), OURS)
    assert opened.expire_s == expire_s
    assert opened.is_of_visitor(visitor)
    assert opened.is_of_user(user) is bool(user)
    assert opened.is_of_visitor(other) is (other == visitor)
    assert opened.is_of_user(other) is (bool(other) and other == user)


def test_a_token_of_an_earlier_build_stays_valid():
    """Pages keep tokens for as long as they are valid, and builds change beneath them."""
    slate = Slate(
        "0f8fad5b-d9cb-469f-a165-70867728950e", "best", "home",
        ("tent", "lämp", "item-0003", "item-0004"), (0.5, 0.25, 1.0, 2.0**-31),
    )  # fmt: skip
    opened = open_token(EARLIER, OURS)
    assert opened.slate == slate
    assert (opened.expire_s, opened.by_page, opened.is_of_visitor("ann")) == (60, True, True)
    assert opened.is_of_user("bob")


@given(st.lists(st.floats(0.0, 1.0), max_size=100).map(lambda values: np.array(values, float)))
def test_a_propensity_is_the_nearest_step(propensities):
    """The kernel gives the numbers of its equation in numpy, but for ties."""
    exact = -2048 * np.log2(np.maximum(propensities, 2.0**-31))
    steps = np.frombuffer(steps_of(propensities), ">u2")
    assert np.abs(steps - exact).max(initial=0.0) <= 0.5 + 1e-9


def test_an_account_is_no_visitor_of_the_same_name():
    opened = open_token(signed(visitor_id="ann", user_id="bob"), OURS)
    assert not opened.is_of_visitor("bob")
    assert not opened.is_of_user("ann")


@given(noise=st.text(max_size=300))
def test_noise_is_no_token(noise):
    """Whatever text is sent, it is refused as forged and nothing else is raised."""
    with pytest.raises(ForgedTokenError):
        open_token(noise, OURS)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(place, bit):
    """Changing any bit of the signed bytes, such as the time or a tag, breaks the signature."""
    token = signed()
    raw = bytearray(raw_of(token))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(ForgedTokenError):
        open_token(spelled(bytes(raw)), OURS)


@given(SLATES, st.data())
def test_a_changed_character_is_noticed_even_where_it_has_bits_to_spare(slate, data):
    token = signed(slate)
    place = data.draw(st.one_of(st.just(len(token) - 1), st.integers(0, len(token) - 1)))
    other = data.draw(st.sampled_from(CHARACTERS).filter(lambda c: c != token[place]))
    with pytest.raises(ForgedTokenError):
        open_token(token[:place] + other + token[place + 1 :], OURS)


@given(st.binary(max_size=60))
def test_what_was_sealed_or_signed_by_other_code_is_no_token(body):
    """A body under a right seal that does not read as a slate is refused, not a crash."""
    raw = b"\x02\x07" + body
    for text in (spelled(raw + signed_token.mac(raw, KEY.secret)), sealed_token(body)):
        with contextlib.suppress(ForgedTokenError):
            assert isinstance(open_token(text, OURS), Opened)


@given(st.data())
def test_a_cut_token_is_refused(data):
    token = signed()
    with pytest.raises(ForgedTokenError):
        open_token(token[: data.draw(st.integers(0, len(token) - 1))], OURS)


def test_another_shops_token_is_foreign():
    """Signed with another secret under our key's number, or under a number that is not ours."""
    with pytest.raises(ForgedTokenError, match="signature"):
        open_token(signed(key=TokenKey(7, b"other")), OURS)
    with pytest.raises(ForgedTokenError, match="not, or no longer, ours"):
        open_token(signed(key=TokenKey(8, KEY.secret)), OURS)


def test_twenty_items_and_their_question_fit_in_256_characters():
    """A token of a usual slate is small enough for a link of a page."""
    items = tuple(f"item-{(n * 7919) % 10_000:04}" for n in range(20))
    id_ = str(UUID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    slate = Slate(id_, "plackett_luce", "home", items, tuple(0.9**n for n in range(20)))
    question = question_bytes(Question(user_id="bob"), items, 512)
    asked = Asked(12_345_678, 17, 1_796_050_000_000, question)
    assert len(signed(slate, user_id="bob", asked=asked)) < 256
