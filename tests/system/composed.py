"""The processes that compose would start, started from its file, without containers.

Each service gets an address of loopback's own, 127.x.y.z, so that every port stays what the file
says; a folder replaces each volume. What else is changed is in `Composed.meant`.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from headwater_server.gateway.requirements import envoy_program
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.compose import ROOT

LOOK_EVERY_S = 0.5
OURS = ("HEADWATER_", "REDISCLI_")  # of the environment only what the file says


class Composed:
    """Services by name: started, asked whether they are healthy, killed, started again."""

    def __init__(self, composition: dict[str, Any], folder: Path) -> None:
        self.services = composition["services"]
        self.folder = folder
        net = f"127.{random.randint(64, 254)}.{random.randint(1, 254)}"
        self.addresses = {name: f"{net}.{n}" for n, name in enumerate(self.services, start=2)}
        self.processes: dict[str, asyncio.subprocess.Process] = {}

    def meant(self, service: str, text: str) -> str:
        """Return what a text of a service means here: addresses, folders, programs."""
        own = self.addresses[service]
        for name, address in self.addresses.items():
            text = re.sub(rf"(?<![\w.-]){name}:(?=\d)", f"{address}:", text)
        text = text.replace("0.0.0.0", own)
        text = re.sub(r"127\.0\.0\.1(?=[:/]\d)", own, text)
        for place, folder in self.places(service).items():
            text = re.sub(rf"(?<![\w.]){place}(?![\w-])", str(folder), text)
        text = text.replace("/usr/local/bin/envoy", str(envoy_program()))
        return text.replace("redis-cli", f"redis-cli -h {own}")

    def places(self, service: str) -> dict[str, Path]:
        """Return the folder that replaces each volume and tmpfs of a service."""
        found = {}
        for volume in self.services[service].get("volumes", []):
            source, place, *_ = volume.split(":")
            ours = self.folder / source.removeprefix("./").replace("/", "-")
            found[place] = Path(source) if source.startswith("/") else ours
        for tmpfs in self.services[service].get("tmpfs", []):
            place = tmpfs.partition(":")[0]
            if place != "/tmp":
                found[place] = self.folder / f"{service}{place.replace('/', '-')}"
        return found

    def command(self, service: str) -> list[str]:
        """Return what the container would run."""
        composed = self.services[service]
        command = [*composed.get("entrypoint", []), *composed["command"]]
        if composed["image"].startswith("headwater:"):
            command = [sys.executable, "-m", "headwater_server", *command]
        if command[0] == "redis-server":
            command += ["--bind", self.addresses[service]]  # a container is alone on its address
        return [self.meant(service, part) for part in command]

    def environment(self, service: str) -> dict[str, str]:
        """Return what the container would know."""
        env = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        configured = self.services[service].get("environment", {})
        if service == "gateway-config":  # other Envoys of this machine have that port, too
            configured = {
                "HEADWATER_GATEWAY_ADMIN": f"{self.addresses['gateway']}:9901",
                **configured,
            }
        said = {name: self.meant(service, str(value)) for name, value in configured.items()}
        if "HEADWATER_GATEWAY" in said:  # what is rendered here is listened on by another one
            own = self.addresses[service]
            said = {
                name: value.replace(own, self.addresses["gateway"]) for name, value in said.items()
            }
        return {**env, **said}

    async def start(self, service: str) -> None:
        """Start one service; one that is to end must end well."""
        places = self.places(service)
        for folder in places.values():
            folder.mkdir(parents=True, exist_ok=True)
        within = self.services[service].get("working_dir")
        cwd = places[within] if within else self.folder / f"cwd-{service}"
        cwd.mkdir(exist_ok=True)
        with (self.folder / f"{service}.log").open("ab") as log:
            self.processes[service] = await asyncio.create_subprocess_exec(
                *self.command(service), cwd=cwd, env=self.environment(service),
                stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        if self.services[service].get("restart") == "no":
            assert await self.processes.pop(service).wait() == 0, self.log(service)

    async def up(self, *services: str) -> None:
        """Start services and what they depend on, in order; return when all are healthy."""
        for service in services:
            for needed, how in self.services[service].get("depends_on", {}).items():
                if needed not in self.processes:
                    await self.up(needed)
                if how["condition"] == "service_healthy":
                    await self.healthy(needed)
            if service not in self.processes:
                await self.start(service)
        for service in services:
            if service in self.processes:
                await self.healthy(service)

    async def healthy(self, service: str) -> None:
        """Return when the healthcheck of the file says so."""

        async def well() -> bool:
            process = self.processes[service]
            assert process.returncode is None, f"{service} ended: {self.log(service)}"
            if await asyncio.to_thread(self.probe, service) == 0:
                return True
            await asyncio.sleep(LOOK_EVERY_S)  # a probe is a process: it takes from who starts
            return False

        await eventually(well)

    def probe(self, service: str) -> int:
        """Run the healthcheck once; return its exit code."""
        kind, *command = self.services[service]["healthcheck"]["test"]
        command = [self.meant(service, part) for part in command]
        if kind == "CMD-SHELL":
            command = ["/bin/sh", "-c", *command]
        if command[0] == "headwater":
            command[:1] = [sys.executable, "-m", "headwater_server"]
        env = self.environment(service)
        return subprocess.run(command, env=env, check=False, capture_output=True).returncode

    def log(self, service: str) -> str:
        """Return its last words."""
        return (self.folder / f"{service}.log").read_text(errors="replace")[-3000:]

    async def kill(self, service: str) -> None:
        """End one as a crash would."""
        process = self.processes.pop(service)
        process.kill()
        await process.wait()

    async def down(self) -> None:
        """Stop all as compose does, the last first."""
        for process in reversed(self.processes.values()):
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), PATIENCE_S)
            except TimeoutError:
                process.kill()

    def copied(self, service: str, place: str) -> None:
        """Put what a bind mount shows into the folder that replaces it, adapted to this machine."""
        folder = self.places(service)[place]
        source = next(
            v.split(":")[0] for v in self.services[service]["volumes"] if f":{place}" in v
        )
        shutil.copytree(ROOT / source, folder)
        for file in folder.rglob("*.yml"):
            file.write_text(self.meant(service, file.read_text()))
