"""The client's wheel alone: built, unpacked, and used with what it says that it needs."""

from __future__ import annotations

import asyncio
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution, requires, version
from pathlib import Path

import pytest

from tests.integration.api_server import serving
from tests.integration.dict_replica import DictReplica
from tests.integration.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]
ALLOWED = {"googleapis-common-protos", "grpcio", "protobuf", "typing-extensions"}

PROGRAM = """
import sys, headwater
import headwater.v1.model_service_pb2_grpc
with headwater.Client(sys.argv[1]) as shop, headwater.FeedbackBuffer(shop) as buffer:
    buffer.add(headwater.Event("click", "v", items=["boots"]))
    buffer.flush(10)
    print(shop.recommend("v", min_offset=buffer.offset).item_ids)
print(headwater.__file__)
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build it from a copy, since a build leaves its traces beside the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    skip = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")
    shutil.copytree(ROOT / "clients" / "python", folder / "source", ignore=skip)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    if has_setuptools():  # else pip fetches its own
        command.append("--no-build-isolation")
    subprocess.run([*command, "--wheel-dir", folder, folder / "source"], check=True)
    return next(folder.glob("*.whl"))


def has_setuptools() -> bool:
    try:
        return int(version("setuptools").partition(".")[0]) >= 77  # as pyproject.toml asks
    except PackageNotFoundError:
        return False


def needed(name: str, found: set[str]) -> set[str]:
    """Add a distribution, and what it needs in turn, as their metadata say."""
    found.add(name)
    for requirement in requires(name) or ():
        if "extra ==" not in requirement:
            needed(re.match(r"[\w.-]+", requirement)[0].lower(), found)
    return found


def link(name: str, folder: Path) -> None:
    """Put the top folders of an installed distribution into ``folder``."""
    installed = distribution(name)
    for file in installed.files or ():
        if file.suffix in {".py", ".so", ".pyi"} and ".." not in file.parts:
            target = folder / file
            target.parent.mkdir(parents=True, exist_ok=True)
            if not target.exists():
                target.symlink_to(installed.locate_file(file))


async def test_it_runs_with_nothing_but_grpc_and_protobuf(wheel, tmp_path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path)
        metadata = next(name for name in packed.namelist() if name.endswith("/METADATA"))
        said = packed.read(metadata).decode()
        assert {"headwater/py.typed", "headwater/v1/event_pb2.pyi"} <= set(packed.namelist())
        assert not [name for name in packed.namelist() if name.startswith(("tests", "examples"))]
    direct = re.findall(r"^Requires-Dist: ([\w.-]+)", said, re.MULTILINE)
    everything: set[str] = set()
    for name in direct:
        needed(name, everything)
    assert everything <= ALLOWED
    for name in everything:
        link(name, tmp_path)
    async with serving(DictReplica()) as listen:
        # -S: no site-packages; -I: nothing of this directory or of the environment
        path = f"import sys; sys.path.insert(0, {str(tmp_path)!r})"
        command = [sys.executable, "-I", "-S", "-c", path + PROGRAM, listen]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, timeout=PATIENCE_S
        )
    lines = done.stdout.decode().splitlines()
    assert (done.returncode, lines[0]) == (0, "['boots']"), done.stderr.decode()
    assert lines[1] == str(tmp_path / "headwater" / "__init__.py")
