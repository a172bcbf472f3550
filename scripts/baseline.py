"""Guard the public API: nothing that callers depend on is removed or renumbered.

    python scripts/baseline.py --check    exit 1 and name what breaks a caller of the baseline
    python scripts/baseline.py            move the baseline forward, at a release; refuses a break
    python scripts/baseline.py --force    move it although something breaks: a decision, with an ADR

The baseline is an image of protos/headwater/v1 as it was released. `buf breaking` compares the
messages with it, image with image, since an image of a workspace is one where buf counts modules.
It knows nothing of the REST paths, so those are compared here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet, MethodDescriptorProto

ROOT = Path(__file__).resolve().parent.parent
API = "protos/headwater/v1"
BASELINE = "protos/headwater.v1.baseline.binpb"
VERBS = ("get", "put", "post", "delete", "patch")


def buf(root: Path, *arguments: str) -> tuple[int, str]:
    """Run the buf beside this interpreter in ``root``; return its exit code and what it said."""
    program = Path(sys.executable).with_name("buf")
    done = subprocess.run(
        [program, *arguments], cwd=root, check=False, capture_output=True, text=True
    )
    return done.returncode, done.stdout + done.stderr


def build(root: Path, image: Path, *options: str) -> None:
    """Write an image of the API; buf's own message says what is wrong with it."""
    code, said = buf(root, "build", "--path", API, "--output", str(image), *options)
    if code:
        raise SystemExit(said)


def breaks(root: Path) -> list[str]:
    """Return what a caller who was built with the baseline would stumble over, one a line."""
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "api.binpb"
        build(root, image)
        code, said = buf(root, "breaking", str(image), "--against", BASELINE)
        if code and not said:
            raise SystemExit(f"buf breaking ended with {code} and said nothing")
        now, before = rest_paths(image), rest_paths(root / BASELINE)
    lost = sorted(before - now)
    return said.splitlines() + [f"REST path {path} of {method} is gone" for method, path in lost]


def rest_paths(image: Path) -> set[tuple[str, str]]:
    """Return every method of an image with each path that REST callers reach it by."""
    files = FileDescriptorSet.FromString(image.read_bytes()).file
    return {
        (f"{file.package}.{service.name}.{method.name}", path)
        for file in files
        for service in file.service
        for method in service.method
        for path in _paths(method)
    }


def _paths(method: MethodDescriptorProto) -> list[str]:
    rule = method.options.Extensions[annotations_pb2.http]
    ways = [rule, *rule.additional_bindings]
    return [
        f"{verb.upper()} {getattr(way, verb)} body={way.body or '-'}"
        for way in ways
        for verb in VERBS
        if getattr(way, verb)
    ]


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Check the API against the baseline, or move the baseline; return the exit code."""
    unknown = set(arguments) - {"--check", "--force"}
    if unknown:
        raise SystemExit(
            f"baseline.py [--check | --force]; there is no {', '.join(sorted(unknown))}"
        )
    broken = breaks(root) if (root / BASELINE).exists() else []
    if broken and "--force" not in arguments:
        print("\n".join(broken))
        print("callers that work today would break: add beside it, and mark the old one deprecated")
        return 1
    if "--check" in arguments:
        print("the API holds what its baseline promised")
        return 0
    build(root, root / BASELINE, "--exclude-source-info")
    print(f"{BASELINE} is the API of today")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
