"""A token proves a slate; what we have not signed proves nothing."""

import base64
import contextlib
import hmac
import string
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine.messages.events import Slate
from headwater_server.engine.tokens import attribution_token
from headwater_server.engine.tokens.attribution_token import (
    ForgedTokenError,
    Opened,
    TokenKey,
    open_token,
    sign,
)
from headwater_server.engine.tokens.token_body import steps_of

KEY = TokenKey(7, b"k" * 32)
OURS = {7: KEY}.get
CHARACTERS = string.ascii_letters + string.digits + "-_"
TEXT = st.text(max_size=60)
IDS = st.one_of(TEXT, st.uuids().map(str), st.uuids().map(lambda uuid: uuid.hex))
POLICIES = st.one_of(TEXT, st.sampled_from(["best", "plackett_luce", "thompson"]))
NUMBERED = st.builds(
    lambda prefix, numbers: [f"{prefix}{number}" for number in numbers],
    st.one_of(TEXT, st.sampled_from(["item-", "sku7-", "0", ""])),
    st.lists(st.from_regex("[0-9]{1,12}", fullmatch=True), max_size=100),
)
SLATES = st.builds(
    lambda ids, *texts: Slate(*texts, tuple(ids), tuple(1.0 / (n + 2) for n in range(len(ids)))),
    st.one_of(st.lists(TEXT, max_size=100), NUMBERED),
    IDS,
    POLICIES,
    TEXT,
)
EARLIER = (  # made by the build of November 2026
    "AgcAAAA8kYSpdLIqhnPmova2eAEEaG9tZQIPj61b2ctGn6FlcIZ3KJUOBAgAEAAAAPgAY2Hl5CxJzSvJObwktyCzJDVX18"
    "DAwBjGMAEAgCV0HEXiRt0MXhDAmhHR6g"
)
AB = Slate("r1", "best", "home", ("a", "b"), (0.5, 0.25))


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
    steps = np.frombuffer(steps_of(propensities).tobytes(), ">u2")
    assert np.abs(steps - exact).max(initial=0.0) <= 0.5 + 1e-9


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=100))
def test_a_seal_is_the_hmac_of_the_standard(data, secret):
    expected = hmac.digest(secret, data, "sha256")[:16]
    assert [attribution_token._mac(data, secret) for _ in range(2)] == [expected] * 2


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
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(ForgedTokenError):
        open_token(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), OURS)


@given(SLATES, st.data())
def test_a_changed_character_is_noticed_even_where_it_has_bits_to_spare(slate, data):
    token = signed(slate)
    place = data.draw(st.one_of(st.just(len(token) - 1), st.integers(0, len(token) - 1)))
    other = data.draw(st.sampled_from(CHARACTERS).filter(lambda c: c != token[place]))
    with pytest.raises(ForgedTokenError):
        open_token(token[:place] + other + token[place + 1 :], OURS)


@given(st.binary(max_size=60))
def test_what_was_signed_by_other_code_is_no_token(body):
    """A body under a right signature that does not read as a slate is refused, not a crash."""
    raw = b"\x02\x07" + body
    text = base64.urlsafe_b64encode(raw + attribution_token._mac(raw, KEY.secret)).rstrip(b"=")
    with contextlib.suppress(ForgedTokenError):
        assert isinstance(open_token(text.decode(), OURS), Opened)


def test_another_shops_token_is_foreign():
    """Signed with another secret under our key's number, or under a number that is not ours."""
    with pytest.raises(ForgedTokenError, match="signature"):
        open_token(signed(key=TokenKey(7, b"other")), OURS)
    with pytest.raises(ForgedTokenError, match="not, or no longer, ours"):
        open_token(signed(key=TokenKey(8, KEY.secret)), OURS)


def test_twenty_items_fit_in_210_characters():
    """A token of a usual slate is small enough for a link of a page."""
    items = tuple(f"item-{(n * 7919) % 10_000:04}" for n in range(20))
    id_ = str(UUID("0f8fad5b-d9cb-469f-a165-70867728950e"))
    slate = Slate(id_, "plackett_luce", "home", items, tuple(0.9**n for n in range(20)))
    assert len(signed(slate, user_id="bob")) < 210
