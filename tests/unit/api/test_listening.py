"""Whether a port is free is known before the log is read, with the one reason that it has."""

import os
import socket

import pytest

from headwater_server.api.listening import check_listening


@pytest.fixture
def taken():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        yield one.getsockname()[1]


def test_a_port_in_use_is_said_to_be_in_use(taken):
    for host in ("127.0.0.1", "0.0.0.0", "localhost"):
        with pytest.raises(OSError, match="another program listens there"):
            check_listening(f"{host}:{taken}")


def test_an_address_of_another_machine_is_said_to_be_one():
    with pytest.raises(OSError, match=r"192\.0\.2\.1:0: it is no address of this machine"):
        check_listening("192.0.2.1:0")
    with pytest.raises(OSError, match="the host has no address"):
        check_listening("no-such-host.invalid:0")


def test_a_free_port_stays_free():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    for _ in range(2):
        check_listening(f"127.0.0.1:{port}")
        check_listening("[::]:0")


@pytest.mark.skipif(not hasattr(socket, "SO_REUSEPORT"), reason="the system shares no ports")
def test_a_port_may_be_shared_if_both_ask_for_that():
    with socket.socket() as one:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        one.bind(("127.0.0.1", 0))
        one.listen()
        listen = f"127.0.0.1:{one.getsockname()[1]}"
        check_listening(listen, shared=True)
        with pytest.raises(OSError, match="another program"):
            check_listening(listen)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may use every port")
def test_a_port_that_the_user_may_not_use_is_said_to_be_one():
    with pytest.raises(OSError, match=r"1024 and above|another program"):
        check_listening("127.0.0.1:80")
