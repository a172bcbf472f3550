"""A token vouches for a slate; what was not signed by us vouches for nothing."""

import base64
import contextlib
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater_server.engine import attribution_token
from headwater_server.engine.attribution_token import ForgedTokenError, open_token, sign
from headwater_server.engine.events import Slate

KEY = b"k" * 32
CHARACTERS = string.ascii_letters + string.digits + "-_"
TEXT = st.text(max_size=60)
SLATES = st.builds(
    lambda ids, *texts: Slate(*texts, tuple(ids), tuple(1.0 / (n + 2) for n in range(len(ids)))),
    st.lists(TEXT, max_size=100),
    TEXT,
    TEXT,
    TEXT,
)


@given(slate=SLATES)
def test_a_signed_slate_comes_back(slate):
    """Items, texts and propensities (as float32) survive the round trip."""
    opened = open_token(sign(slate, KEY), KEY)
    assert opened.item_ids == slate.item_ids
    assert opened.recommendation_id == slate.recommendation_id
    assert (opened.policy, opened.placement) == (slate.policy, slate.placement)
    assert opened.propensities == pytest.approx(slate.propensities, rel=1e-6)


@given(noise=st.text(max_size=300))
def test_noise_is_no_token(noise):
    """Whatever text is sent, it is refused as forged and nothing else is raised."""
    with pytest.raises(ForgedTokenError):
        open_token(noise, KEY)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(place, bit):
    """Changing any bit of the signed bytes breaks the signature."""
    token = sign(Slate("r1", "best", "home", ("a", "b"), (0.5, 0.25)), KEY)
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[place % len(raw)] ^= 1 << bit
    with pytest.raises(ForgedTokenError):
        open_token(base64.urlsafe_b64encode(bytes(raw)).decode().rstrip("="), KEY)


@given(SLATES, st.data())
def test_a_changed_character_is_noticed_even_where_it_has_bits_to_spare(slate, data):
    token = sign(slate, KEY)
    place = data.draw(st.one_of(st.just(len(token) - 1), st.integers(0, len(token) - 1)))
    other = data.draw(st.sampled_from(CHARACTERS).filter(lambda c: c != token[place]))
    with pytest.raises(ForgedTokenError):
        open_token(token[:place] + other + token[place + 1 :], KEY)


@given(st.binary(max_size=60))
def test_what_was_signed_by_other_code_is_no_token(body):
    """A body under a right signature that does not read as a slate is refused, not a crash."""
    raw = b"\x01" + body
    text = base64.urlsafe_b64encode(raw + attribution_token._mac(raw, KEY)).rstrip(b"=")
    with contextlib.suppress(ForgedTokenError):
        assert isinstance(open_token(text.decode(), KEY), Slate)


def test_another_shops_token_is_foreign():
    """A token signed with another key is refused."""
    with pytest.raises(ForgedTokenError, match="signature"):
        open_token(sign(Slate("r1", "best", "", ("a",), (1.0,)), b"other"), KEY)


def test_twenty_items_fit_in_a_few_hundred_characters():
    """A token of a usual slate is small enough for a page to carry."""
    items = tuple(f"item-{n:04}" for n in range(20))
    slate = Slate(
        "0f8fad5b-d9cb-469f-a165-70867728950e", "plackett_luce", "home", items, (0.1,) * 20
    )
    assert len(sign(slate, KEY)) < 500
