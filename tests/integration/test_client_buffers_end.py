"""How a process ends, and what becomes of the events that its buffer still holds."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from tests.integration.api_server import free_port, serving
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S, eventually

HEAD = """
import asyncio, multiprocessing, signal, sys, time, headwater
def click(name):
    return headwater.Event("click", "v", items=["boots"], event_id=name)
def lost(event, reason):
    print("lost", event.event_id, reason, flush=True)
"""
SYNC = """
shop = headwater.Client(sys.argv[1])
buffer = headwater.FeedbackBuffer(shop, interval_s=60, on_lost=lost)
for number in range(3):
    buffer.add(click(f"e{number}"))
print("added", flush=True)
"""
ASYNC = """
async def main():
    global buffer
    buffer = headwater.AsyncFeedbackBuffer(
        headwater.AsyncClient(sys.argv[1]), interval_s=60, patience_s=0.2, on_lost=lost)
    for number in range(3):
        await buffer.add(click(f"e{number}"))
"""
CHILD = """
def work(target):
    buffer = headwater.FeedbackBuffer(headwater.Client(target), interval_s=60, on_lost=lost)
    for number in range(3):
        buffer.add(click(f"e{number}"))
if __name__ == "__main__":
    child = multiprocessing.get_context(sys.argv[2]).Process(target=work, args=(sys.argv[1],))
    child.start()
    child.join()
"""
ALL = ["e0", "e1", "e2"]
WAYS = {
    "the end of main": SYNC,
    "an exception": SYNC + "raise LookupError('of the shop')",
    "sys.exit": SYNC + "sys.exit(3)",
    "asyncio.run that returns": ASYNC + "asyncio.run(main())",
    "asyncio.run that raises": ASYNC
    + "async def fail():\n    await main()\n    raise LookupError\nasyncio.run(fail())",
}


async def run(tmp_path, program: str, *arguments: str) -> asyncio.subprocess.Process:
    path = tmp_path / "program.py"
    path.write_text(HEAD + program)
    pipe = asyncio.subprocess.PIPE
    command = [sys.executable, path, *arguments]
    return await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=pipe)


@pytest.mark.parametrize("way", WAYS)
async def test_a_program_that_ends_without_a_close_sends_what_is_left(tmp_path, way) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        ended = await run(tmp_path, WAYS[way], listen)
        said, errors = await asyncio.wait_for(ended.communicate(), PATIENCE_S)
    assert sorted(replica.seen) == ALL
    assert b"lost" not in said
    assert b"not learned" not in errors


@pytest.mark.parametrize("method", ["fork", "spawn"])
async def test_a_child_of_multiprocessing_sends_it_too_though_atexit_is_mute_there(
    tmp_path, method
) -> None:
    replica = DictReplica()
    async with serving(replica) as listen:
        ended = await run(tmp_path, CHILD, listen, method)
        said, _ = await asyncio.wait_for(ended.communicate(), PATIENCE_S)
    assert (sorted(replica.seen), said) == (ALL, b"")


async def test_sigterm_sends_it_where_the_program_makes_an_exit_of_it(tmp_path) -> None:
    """As README.md says: a handler that raises SystemExit is all that it takes."""
    handled = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))" + SYNC + "time.sleep(600)"
    replica = DictReplica()
    async with serving(replica) as listen:
        program = await run(tmp_path, handled, listen)
        assert await program.stdout.readline() == b"added\n"
        program.send_signal(signal.SIGTERM)
        said, _ = await asyncio.wait_for(program.communicate(), PATIENCE_S)
        assert (sorted(replica.seen), said) == (ALL, b"")


async def test_sigterm_alone_is_a_kill_and_loses_what_is_in_memory(tmp_path) -> None:
    """README.md says so: no library sees it. A change of this changes the promise."""
    replica = DictReplica()
    async with serving(replica) as listen:
        program = await run(tmp_path, SYNC + "time.sleep(600)", listen)
        assert await program.stdout.readline() == b"added\n"
        program.send_signal(signal.SIGTERM)
        await asyncio.wait_for(program.communicate(), PATIENCE_S)
        assert (program.returncode, replica.seen) == (-signal.SIGTERM, {})


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("asyncio.run(main())", "UnavailableError"),
        ("asyncio.new_event_loop().run_until_complete(main())", "the loop ended before"),
    ],
)
async def test_a_loop_that_ends_with_nobody_to_send_to_says_what_is_lost(
    tmp_path, end, reason
) -> None:
    program = await run(tmp_path, ASYNC + end, f"127.0.0.1:{free_port()}")
    said, errors = await asyncio.wait_for(program.communicate(), PATIENCE_S)
    lost = [line.split(maxsplit=2) for line in said.decode().splitlines()]
    assert [name for _, name, _ in lost] == ALL
    assert all(reason in why or "DeadlineExceeded" in why for _, _, why in lost)
    assert errors.decode().count("was not learned") == len(ALL)


async def test_a_cancelled_sender_still_sends_and_a_second_cancel_says_what_is_lost() -> None:
    import headwater

    replica, lost = DictReplica(), []
    async with serving(replica) as listen, headwater.AsyncClient(listen) as client:
        for cancels in (1, 2):
            buffer = headwater.AsyncFeedbackBuffer(
                client, interval_s=60, on_lost=lambda event, why: lost.append((event.event_id, why))
            )
            if cancels == 2:
                replica.pause = asyncio.Event()
            await buffer.add(headwater.Event("click", "v", event_id=f"cancelled {cancels}"))
            await asyncio.sleep(0)
            buffer._sender.cancel()
            if cancels == 2:
                await eventually(lambda: len(replica.received) == 2)
                buffer._sender.cancel()
            await asyncio.wait([buffer._sender])
        replica.pause.set()
    assert [event_id for event_id, _ in lost] == ["cancelled 2"]
    assert "cancelled 1" in replica.seen
