"""Containers of deploy/kubernetes as processes: the same commands, variables and probes.

Each pod gets an address of loopback's own, so that its ports stay those of the manifest; a folder
replaces each volume, with the files of the Secrets in it.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from headwater_server.cli.commands.probe import NotServingError, _grpc, _http
from scripts.manifests import KUBERNETES
from tests.integration.waiting import PATIENCE_S, eventually
from tests.system.cluster import Pod, pods, secrets, variables

OURS = ("HEADWATER_", "REDISCLI_")


class PodProcesses:
    """Pods by name, such as headwater-server, or headwater-redis-0 of a StatefulSet of three."""

    def __init__(self, overlay: str, folder: Path) -> None:
        self.folder = folder
        self._pods = {pod.name: pod for pod in pods(overlay)}
        net = f"127.{random.randint(64, 254)}.{random.randint(1, 254)}"
        names = [name for pod in self._pods.values() for name in self._names(pod)]
        self.addresses = {name: f"{net}.{n}" for n, name in enumerate(names, start=2)}
        self.processes: dict[tuple[str, str], subprocess.Popen[bytes]] = {}
        for name, contents in secrets().items():
            self._write(f"secret-{name}", contents)
        configuration = KUBERNETES / "overlays" / overlay
        files = [f for f in configuration.iterdir() if f.suffix in {".conf", ".sh"}]
        self._write("conf", {file.name: file.read_text() for file in files})

    def _names(self, pod: Pod) -> list[str]:
        count = pod.owner["spec"].get("replicas", 1)
        return [pod.name] if count == 1 else [f"{pod.name}-{n}" for n in range(count)]

    def _write(self, folder: str, contents: dict[str, str]) -> None:
        (self.folder / folder).mkdir()
        for name, text in contents.items():
            (self.folder / folder / name).write_text(text)

    def pod(self, name: str) -> Pod:
        """Return the pod that a name belongs to."""
        return self._pods.get(name) or self._pods[name.rpartition("-")[0]]

    def container(self, name: str, container: str) -> dict[str, Any]:
        """Return what the manifest says of a container."""
        return next(one for one in self.pod(name).containers if one["name"] == container)

    def places(self, name: str) -> dict[str, Path]:
        """Return the folder that replaces each mount; pods share those of secrets."""
        volumes = {one["name"]: one for one in self.pod(name).spec["volumes"]}
        found = {}
        for mount in self.pod(name).containers[0]["volumeMounts"]:
            volume = volumes.get(mount["name"], {})
            if "secret" in volume:
                found[mount["mountPath"]] = self.folder / f"secret-{volume['secret']['secretName']}"
            elif "configMap" in volume:
                found[mount["mountPath"]] = self.folder / f"conf-{name}"
            else:
                found[mount["mountPath"]] = self.folder / f"{name}-{mount['name']}"
        return found

    def meant(self, name: str, text: str) -> str:
        """Return what a text of a container means here."""
        text = text.replace("$(POD)", name)
        for other, address in self.addresses.items():
            text = re.sub(rf"(?<![\w.-]){other}(\.headwater-redis)?(?![\w-])", address, text)
        text = text.replace("0.0.0.0", self.addresses[name])
        for place, folder in sorted(self.places(name).items(), reverse=True):
            text = re.sub(rf"(?<![\w.-]){place}(?![\w-])", str(folder), text)
        return text.replace("redis-cli", f"redis-cli -h {self.addresses[name]}")

    def start(self, name: str, container: str) -> None:
        """Start one container of a pod."""
        said = self.container(name, container)
        self._prepare(name)
        redis = "redis" in said["image"]
        own = [] if redis else [sys.executable, "-m", "headwater_server"]
        said_parts = (*(said["command"] if redis else []), *said.get("args", []))
        command = own + [self.meant(name, part) for part in said_parts]
        command += ["--bind", self.addresses[name]] if redis else []
        env = {key: value for key, value in os.environ.items() if not key.startswith(OURS)}
        env |= {key: self.meant(name, value) for key, value in variables(said).items()}
        env["TMPDIR"] = str(self.folder)
        with (self.folder / f"{name}-{container}.log").open("ab") as log:
            self.processes[name, container] = subprocess.Popen(
                command, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    def _prepare(self, name: str) -> None:
        for place, folder in self.places(name).items():
            if not folder.exists():
                folder.mkdir()
                if place.startswith("/etc/"):
                    for file in (self.folder / "conf").iterdir():
                        text = file.read_text()
                        only_paths = file.suffix == ".conf"
                        text = self.meant(name, text) if only_paths else text
                        (folder / file.name).write_text(text)

    def passes(self, name: str, container: str, kind: str) -> bool:
        """Run a probe once, as the kubelet would."""
        probe, host = self.container(name, container)[kind], self.addresses[name]
        try:
            if "grpc" in probe:
                _grpc(f"{host}:{probe['grpc']['port']}", probe["grpc"].get("service", ""))
            elif "httpGet" in probe:
                port = self.pod(name).port(probe["httpGet"]["port"])
                _http(f"http://{host}:{port}{probe['httpGet']['path']}")
            else:
                command = [self.meant(name, part) for part in probe["exec"]["command"]]
                return subprocess.run(command, check=False, capture_output=True).returncode == 0
        except NotServingError:
            return False
        return True

    async def until(self, name: str, container: str, kind: str = "readinessProbe") -> None:
        """Return when a probe passes."""

        def well() -> bool:
            process = self.processes[name, container]
            assert process.poll() is None, (
                f"{container} of {name} ended: {self.log(name, container)}"
            )
            passed = self.passes(name, container, kind)
            time.sleep(0 if passed else 0.1)  # a probe may be a process: it takes from who starts
            return passed

        await eventually(well)

    def log(self, name: str, container: str) -> str:
        """Return its last words."""
        return (self.folder / f"{name}-{container}.log").read_text(errors="replace")[-3000:]

    def stop(self, name: str, container: str) -> tuple[int, float]:
        """Stop it as the kubelet does; return its exit code and the seconds it took."""
        process, began_s = self.processes.pop((name, container)), time.monotonic()
        process.send_signal(signal.SIGTERM)
        return process.wait(PATIENCE_S), time.monotonic() - began_s

    def kill(self, name: str, container: str) -> None:
        """End it as a crash would."""
        process = self.processes.pop((name, container))
        process.kill()
        process.wait()

    def down(self) -> None:
        """End all that is left; what they started is tied to them."""
        for key in reversed([*self.processes]):
            self.kill(*key)
