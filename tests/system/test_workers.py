"""`headwater serve --workers`: several processes that look like one server."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import urllib.request
from contextlib import AsyncExitStack, asynccontextmanager
from uuid import uuid4

import grpc
import psutil
import pytest

from headwater import AsyncClient, Event, Item
from headwater.v1 import event_pb2 as event_pb
from headwater.v1 import feedback_service_pb2 as feedback_pb
from headwater.v1 import feedback_service_pb2_grpc as feedback_pb_grpc
from headwater.v1 import model_service_pb2 as pb
from headwater.v1 import model_service_pb2_grpc as pb_grpc
from headwater.v1 import recommendation_service_pb2 as recommendation_pb
from headwater.v1 import recommendation_service_pb2_grpc as recommendation_pb_grpc
from headwater_server.cli.demo.server_process import ServerFailedError
from headwater_server.replica.ports.position import offset_key
from headwater_server.workers.supervisor import TRIES
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.crash.real_store import running_store
from tests.system.crash.server import serving
from tests.system.crash.worker_pool import WorkerPool

CONNECTIONS = 16


@asynccontextmanager
async def connections(pool):
    """Connect often enough that every worker has some; the kernel deals them out."""
    async with AsyncExitStack() as stack:
        channels = []
        for _ in range(CONNECTIONS):
            own = [("grpc.use_local_subchannel_pool", 1)]
            channel = await stack.enter_async_context(grpc.aio.insecure_channel(pool.address, own))
            await channel.channel_ready()
            channels.append(channel)
        connected = {pid for pid in pool.children() if serves_somebody(pid, pool.address)}
        assert len(connected) == pool.workers
        yield channels


def serves_somebody(pid, address):
    port = int(address.rpartition(":")[2])
    found = psutil.Process(pid).net_connections("tcp")
    return any(one.status == "ESTABLISHED" and one.laddr.port == port for one in found)


async def learned(channel):
    model = pb_grpc.ModelServiceStub(channel)
    return (await model.GetModel(pb.GetModelRequest())).counts["events_learned"]


async def acknowledged(channel):
    event = event_pb.Event(event_type="view", visitor_id="v", event_id=uuid4().hex)
    event.items.add(item_id="a")
    stub = feedback_pb_grpc.FeedbackServiceStub(channel)
    try:
        await stub.Feedback(feedback_pb.FeedbackRequest(events=[event]), timeout=PATIENCE_S)
    except grpc.RpcError:
        return False
    return True


async def offset_of_list(channel, min_offset):
    stub = recommendation_pb_grpc.RecommendationServiceStub(channel)
    asked = recommendation_pb.RecommendRequest(visitor_id="v", min_offset=min_offset)
    return offset_key((await stub.Recommend(asked)).offset)


async def test_whichever_worker_is_asked_has_learned_what_one_acknowledged(tmp_path):
    pool = WorkerPool(tmp_path / "data", "--host-patience-ms", "1000")
    async with serving(pool), connections(pool) as channels, AsyncClient(pool.address) as client:
        for number in range(1, 21):
            await client.feedback([Event("click", f"v{number}", items=["a"])])
            assert await asyncio.gather(*map(learned, channels)) == [number] * CONNECTIONS
        frozen = pool.children()[0]
        os.kill(frozen, signal.SIGSTOP)
        calls = [asyncio.create_task(acknowledged(channel)) for channel in channels]
        try:
            # those of the other worker, which does not wait for the frozen one
            await eventually(lambda: any(one.done() and one.result() for one in calls))
        finally:
            os.kill(frozen, signal.SIGCONT)
        await asyncio.gather(*calls)
        second = WorkerPool(tmp_path / "other", "--listen", pool.address)
        with pytest.raises(ServerFailedError, match="cannot listen on"):
            await second.start()  # although the workers share their port


async def test_all_show_one_digest_and_stop_in_order_and_come_back_the_same(tmp_path):
    pool = WorkerPool(tmp_path / "data", "--log-format", "json", "--host-patience-ms", "0")
    async with serving(pool):
        async with connections(pool) as channels, AsyncClient(pool.address) as client:
            await client.upsert_items([Item("a"), Item("b")])
            for _ in range(10):  # nobody waits for a neighbour here, but who asks for an offset
                offset = (await client.feedback([Event("click", "v", items=["a"])])).offset
                answers = [offset_of_list(channel, offset) for channel in channels]
                assert min(await asyncio.gather(*answers)) >= offset_key(offset)
        compared = await pool.compared()
        assert [state.digest for state in compared.replicas] == [compared.digest] * 3
        roles = sorted(state.role for state in compared.replicas)
        assert roles == ["follower", "worker", "worker"]
        said = digest_of(pool.address)
        assert said.returncode == 0
        assert said.stdout.count(compared.digest) == 4
        children = pool.children()
        assert len(children) == 3
        pool.send(
            signal.SIGHUP
        )  # one by one; under load: tests/system/crash/test_workers_rolling.py
        await eventually(lambda: "rolling restart done" in pool.log, seconds=3 * PATIENCE_S)
        assert not set(children) & set(pool.children())
        assert (await pool.model()).digest == compared.digest
        children = pool.children()
        assert await pool.stop() == 0
        assert not any(psutil.pid_exists(pid) for pid in children)
        took = [line for line in pool.log.splitlines() if "snapshot taken" in line]
        assert took
        assert all('"slot": "follower"' in line for line in took)
        await pool.start()
        assert (await pool.model()).digest == compared.digest


def digest_of(address):
    command = [sys.executable, "-m", "headwater_server", "digest", "--target", address]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.mark.thorough
async def test_one_that_dies_is_replaced_and_all_go_down_with_their_parent(tmp_path):
    pool = WorkerPool(tmp_path / "data")
    async with serving(pool), AsyncClient(pool.address) as client:
        first = pool.children()
        pool.kill_children(first[0], first[-1])  # two of three
        await pool.complete(besides={first[0], first[-1]})
        await client.feedback([Event("click", "v", items=["a"])], timeout_s=PATIENCE_S)
        children = pool.children()
        assert len(children) == 3
        await pool.kill_and_wait()
        await eventually(lambda: not any(psutil.pid_exists(pid) for pid in children))
        await pool.start()  # on the same port, at once
        assert (await pool.model()).counts["events_learned"] == 1


async def test_what_no_worker_can_start_with_ends_it_with_the_reason(tmp_path):
    pool = WorkerPool(tmp_path / "data", "--ranker", "river:no.such.Model")
    with pytest.raises(ServerFailedError, match="exit code 2"):
        await pool.start()
    assert "no.such.Model" in pool.log


async def test_each_process_has_metrics_of_its_own(tmp_path):
    port = three_ports()
    pool = WorkerPool(tmp_path / "data", "--metrics-listen", f"127.0.0.1:{port}")
    async with serving(pool):
        pages = [await asyncio.to_thread(page, port + number) for number in range(3)]
    assert all("headwater_log_entries_applied_total 1.0" in text for text in pages)


def page(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=PATIENCE_S) as answer:
        return answer.read().decode()


def three_ports():
    """Return the first of three free ports in a row."""
    for port in random.sample(range(10_000, 20_000, 3), 500):  # `free_port` gives none of these
        try:
            for number in range(port, port + 3):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", number))
        except OSError:
            continue
        return port
    raise AssertionError("no free ports")


@pytest.mark.thorough
async def test_when_none_can_be_started_any_more_it_ends(tmp_path):
    async with running_store("valkey", tmp_path / "store") as store:
        pool = WorkerPool(tmp_path / "serve", redis_url=store.url)
        async with serving(pool):
            await store.kill()
            pool.kill_children(*pool.children())
            async with asyncio.timeout(TRIES * PATIENCE_S):  # as many starts, one after another
                assert await pool.ended() == 1
        assert "the workers do not start; giving up" in pool.log
        assert "the store does not answer" in pool.log
