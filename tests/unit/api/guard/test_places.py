"""Places: a caller that reads nothing, or calls too much, leaves them to others."""

from __future__ import annotations

import pytest

from headwater_server.api.access.call_kinds import Kind
from headwater_server.api.guard.accounts import UNSENT_BYTES_MAX, Account
from headwater_server.api.guard.load import Load
from headwater_server.api.guard.places import Places
from headwater_server.api.settings import ApiSettings
from headwater_server.errors import Overloaded

SETTINGS = ApiSettings()


def test_a_caller_that_reads_no_responses_gets_no_more_of_them() -> None:
    places, account = Places(SETTINGS, 8, Load(SETTINGS)), Account()
    sent = account.unsent(UNSENT_BYTES_MAX + 1)
    with pytest.raises(Overloaded, match="does not read the responses"):
        places.admit(account, Kind.READS, is_load=True)
    places.admit(Account(), Kind.READS, is_load=True)
    sent(None)
    places.admit(account, Kind.READS, is_load=True)


def test_a_quarter_of_the_places_is_for_others() -> None:
    load = Load(SETTINGS)
    places, flood, other = Places(SETTINGS, 8, load), Account(), Account()
    for _ in range(6):
        places.admit(flood, Kind.WRITES, is_load=True)
    with pytest.raises(Overloaded, match="its share"):
        places.admit(flood, Kind.WRITES, is_load=True)
    for _ in range(2):
        places.admit(other, Kind.WRITES, is_load=True)
    with pytest.raises(Overloaded, match="too many calls"):
        places.admit(other, Kind.WRITES, is_load=True)
    with places.freed(flood):
        places.admit(other, Kind.WRITES, is_load=True)
        assert load.calls == 8
        places.leave(other, is_load=True)
    assert load.calls == 8
