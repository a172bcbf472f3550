"""A feedback buffer and a fork: a program of its own, since forking a test runner is no joke."""

from __future__ import annotations

import asyncio
import sys

from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

PROGRAM = """
import os, sys
from headwater import BufferClosedError, Client, Event, FeedbackBuffer

def click(name):
    return Event("click", "v", items=["tent"], event_id=name)

def in_child(work):
    pid = os.fork()
    if pid == 0:
        try:
            work()
            sys.stdout.flush()
            os._exit(0)
        except BaseException as error:
            print("child:", repr(error), flush=True)
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0

def refused(call):
    try:
        call()
    except BufferClosedError as error:
        assert "forked" in str(error), error
    else:
        raise AssertionError("taken")

lost = []
client = Client(sys.argv[1])
buffer = FeedbackBuffer(client, interval_s=3600, on_lost=lambda event, why: lost.append(why))
unused = FeedbackBuffer(client)
buffer.add(click("before"))

def child():
    refused(lambda: buffer.add(click("in the child")))
    refused(lambda: buffer.flush(5))
    buffer.close()
    assert not lost
    with Client(sys.argv[1]) as own, FeedbackBuffer(own) as mine:
        mine.add(click("the child's own"))

buffer._changed.acquire()  # as the thread may hold it just then
in_child(child)
buffer._changed.release()
buffer.close()
assert not lost, lost
print("fine")
"""


async def test_a_child_refuses_the_parents_buffer_and_takes_its_own() -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAM, listen, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await asyncio.wait_for(program.communicate(), PATIENCE_S)
    assert said.decode().splitlines() == ["fine"]
    assert set(replica.seen) == {"before", "the child's own"}
