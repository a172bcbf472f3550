"""Real brokers of Kafka for the tests: a KRaft cluster of one or three nodes, on free ports."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
from aiokafka.client import AIOKafkaClient

from scripts.kafka_jars import NoJars, kafka_jars
from tests.integration.waiting import PATIENCE_S, eventually

CLUSTER_ID = "hw-tests-AAAAAAAAAAAAAAA"[:22]
JVM = (
    "-Xmx256m", "-Xms64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
)  # fmt: skip
"""One compiler and one collector: a broker is up sooner, and leaves the processors to the tests."""


def jars() -> Path:
    """Return the directory of Kafka's jars; skip the test, with the reason, where there is none."""
    try:
        return kafka_jars()
    except NoJars as error:
        pytest.skip(f"no Kafka: {error}")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Broker:
    """One node, broker and controller; ``properties`` are added to its configuration."""

    def __init__(self, number: int, directory: Path, port: int, control: int) -> None:
        self.number = number
        self.directory = directory
        self.port = port
        self.control = control
        self.process: subprocess.Popen[bytes] | None = None
        self.formatted = self.has_own_disk = False

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def configure(self, voters: str, nodes: int, properties: dict[str, str]) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        (self.directory / "data").mkdir(exist_ok=True)
        plain = {
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "controller.quorum.voters": voters,
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://127.0.0.1:{self.control}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.listener.names": "CONTROLLER",
            "log.dirs": str(self.directory / "data"),
            "offsets.topic.replication.factor": str(nodes),
            "transaction.state.log.replication.factor": str(nodes),
            "transaction.state.log.min.isr": str(min(2, nodes)),
            "transaction.state.log.num.partitions": "4",
            "broker.session.timeout.ms": "6000",
            "broker.heartbeat.interval.ms": "500",
            "controller.quorum.election.timeout.ms": "500",
            "controller.quorum.fetch.timeout.ms": "1000",
            "auto.create.topics.enable": "false",
            "num.network.threads": "2",
            "num.io.threads": "2",
            "log.cleaner.enable": "false",
        } | properties
        chosen = {"PLAINTEXT://@": f"PLAINTEXT://{self.address}"}
        chosen["CONTROLLER://@"] = f"CONTROLLER://127.0.0.1:{self.control}"
        text = "".join(f"{name}={value}\n" for name, value in plain.items())
        for place, address in chosen.items():
            text = text.replace(place, address)
        (self.directory / "server.properties").write_text(text)

    def start(self, classpath: str, *formatting: str) -> None:
        """Start it; `Brokers.up` waits until it answers."""
        config = str(self.directory / "server.properties")
        java = ["java", *JVM, "-cp", classpath]
        log = (self.directory / "server.log").open("ab")
        if not self.formatted:
            tool = ["kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", config]
            subprocess.run([*java, *tool, *formatting], check=True, stdout=log, stderr=log)
            self.formatted = True
        self.process = subprocess.Popen([*java, "kafka.Kafka", config], stdout=log, stderr=log)
        log.close()

    def send(self, number: int) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.process.send_signal(number)

    def kill(self) -> None:
        """Kill it, as the death of its machine does."""
        self.send(signal.SIGKILL)
        self.ended()

    def stop(self) -> None:
        """Stop it as an operator does: it hands its leadership over first."""
        self.send(signal.SIGTERM)
        self.ended()

    def ended(self) -> None:
        if self.process is not None:
            self.process.wait(PATIENCE_S)
            self.process = None

    def answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.5):
            return True
        return False

    def words(self) -> str:
        return (self.directory / "server.log").read_text(errors="replace")[-2_000:]


class Brokers:
    """A cluster; `url` is that of a topic on it."""

    def __init__(self, nodes: int, directory: Path, properties: dict[str, str]) -> None:
        self.classpath = f"{jars()}/*"
        self.nodes = [
            Broker(n, directory / f"node{n}", free_port(), free_port()) for n in range(1, nodes + 1)
        ]
        voters = ",".join(f"{one.number}@127.0.0.1:{one.control}" for one in self.nodes)
        for one in self.nodes:
            one.configure(voters, nodes, properties)

    def start(self, *formatting: str) -> None:
        for one in self.nodes:
            one.start(self.classpath, *formatting)
        for one in self.nodes:
            self.up(one)

    def up(self, broker: Broker) -> None:
        """Return when it listens."""
        end_s = time.monotonic() + PATIENCE_S
        while not broker.answers():
            ended = broker.process is None or broker.process.poll() is not None
            assert not ended, broker.words()
            assert time.monotonic() < end_s, broker.words()
            time.sleep(0.05)

    def restart(self, broker: Broker) -> None:
        if broker.process is None:
            broker.start(self.classpath)
        self.up(broker)

    async def leader(self, topic: str) -> Broker:
        """Return the node that leads a topic."""
        client = AIOKafkaClient(bootstrap_servers=self.addresses)
        try:
            await client.bootstrap()
            await client.set_topics([topic])
            known = client.cluster._partitions[topic][0]
            found: Broker = self.nodes[known.leader - 1]
            return found
        finally:
            await client.close()

    async def led_without(self, old: Broker, topic: str) -> None:
        """Return when the other nodes say that one of them leads a topic."""
        others = [one for one in self.nodes if one is not old]
        client = AIOKafkaClient(bootstrap_servers=[one.address for one in others])
        try:
            await client.bootstrap()
            await client.set_topics([topic])

            async def led() -> bool:
                await client.force_metadata_update()
                leader = client.cluster._partitions[topic][0].leader
                return leader in {one.number for one in others}

            await eventually(led)
        finally:
            await client.close()

    async def whole(self, topic: str) -> None:
        """Start what was killed; return when all nodes have all of a topic."""
        for one in self.nodes:
            await asyncio.to_thread(self.restart, one)

        async def in_sync() -> bool:
            client = AIOKafkaClient(bootstrap_servers=self.addresses)
            try:
                await client.bootstrap()
                await client.set_topics([topic])
                return len(client.cluster._partitions[topic][0].isr) == len(self.nodes)
            finally:
                await client.close()

        await eventually(in_sync)

    @property
    def addresses(self) -> str:
        return ",".join(one.address for one in self.nodes)

    def url(self, topic: str, options: str = "", login: str = "") -> str:
        return f"kafka://{login}{self.addresses}/{topic}{options}"

    def end(self) -> None:
        for one in self.nodes:
            one.send(signal.SIGCONT)
            one.send(signal.SIGKILL)
        for one in self.nodes:
            one.ended()


@contextmanager
def running_brokers(
    nodes: int = 1, *, disk_bytes: int = 0, formatting: Sequence[str] = (), **properties: str
) -> Iterator[Brokers]:
    """Run a cluster for a block; its files are deleted with it.

    With ``disk_bytes`` each node has a disk of its own of that size, where mounting is allowed.
    """
    directory = Path(tempfile.mkdtemp(prefix="hw-kafka-"))
    brokers = Brokers(nodes, directory, properties)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        stack.callback(brokers.end)
        for one in brokers.nodes:
            if disk_bytes:
                one.has_own_disk = mounted(stack, one.directory / "data", disk_bytes)
        brokers.start(*formatting)
        yield brokers


def mounted(stack: ExitStack, path: Path, size: int) -> bool:
    """Mount a disk for the stack's time; return False where that is not allowed."""
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(path)]
    if shutil.which("mount") is None:
        return False
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return False
    stack.callback(subprocess.run, ["umount", "--lazy", str(path)], check=True)
    return True
