"""Checks deploy/kubernetes against the schemas of the three newest versions of Kubernetes.

python -m scripts.manifests             exits 1 and names object, version and place of each problem
python -m scripts.manifests OVERLAY     prints what `kubectl kustomize` makes of an overlay

Without kubectl it checks the single files, and says that the overlays were not made. Kinds that
others define have no schema in Kubernetes: we keep those that we use in deploy/kubernetes/schemas.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[1]
KUBERNETES = ROOT / "deploy" / "kubernetes"
OVERLAYS = sorted(folder.name for folder in (KUBERNETES / "overlays").iterdir())
NEWEST = 3
BY_HAND_FOLDER = KUBERNETES / "schemas"
NO_KUBECTL = "kubectl is not on the PATH: checked the single files, and no overlay"
Object = dict[str, Any]


def versions() -> list[str]:
    """Return the newest versions that have a strict schema, such as 1.37.0; the newest last."""
    folder = files("kubernetes_validate") / "kubernetes-json-schema"
    named = (re.fullmatch(r"v(\d+)\.(\d+)\.(\d+)-local-strict", f.name) for f in folder.iterdir())
    found = sorted(tuple(map(int, match.groups())) for match in named if match)
    return [".".join(map(str, version)) for version in found[-NEWEST:]]


def rendered(overlay: str) -> list[Object]:
    """Return the objects of an overlay, as `kubectl apply -k` would send them."""
    folder = str(KUBERNETES / "overlays" / overlay)
    command = ["kubectl", "kustomize", folder]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{overlay}: {done.stderr}")
    return [one for one in yaml.safe_load_all(done.stdout) if one]


def single_files() -> list[Object]:
    """Return the whole objects of all files, without what the overlays change in them."""
    named = sorted(KUBERNETES.rglob("*.yaml"))
    loaded = (one for file in named for one in yaml.safe_load_all(file.read_text("utf-8")) if one)
    return [one for one in loaded if one.get("kind", "Kustomization") != "Kustomization"]


def problems(one: Object, version: str) -> Iterator[str]:
    """Yield what the schema of a version refuses in an object."""
    kind, named = one["kind"], f"{one['kind']} {one['metadata']['name']}"
    schema = _schema(kind, one["apiVersion"], version)
    if schema is None:
        yield f"{named}: Kubernetes {version} has no schema of it, and {BY_HAND_FOLDER} none"
        return
    validator = Draft202012Validator(schema, registry=_definitions(version))
    for error in validator.iter_errors(one):
        place = "/".join(map(str, error.absolute_path))
        yield f"{named}, Kubernetes {version}: {place}: {error.message}"


def _schema(kind: str, api_version: str, version: str) -> Any:
    """Return the schema that Kubernetes has of a kind, or ours; None if there is none."""
    group, _, name = api_version.rpartition("/")
    parts = [kind, *([group.split(".")[0]] if group else []), name]
    file = _folder(version) / f"{'-'.join(parts).lower()}.json"
    by_hand = BY_HAND_FOLDER / f"{kind}-{name}.json".lower()
    found = by_hand if by_hand.is_file() else file
    return json.loads(found.read_text("utf-8")) if found.is_file() else None


@cache
def _definitions(version: str) -> Registry[Any]:
    """Return what the schemas of a version refer to."""
    text = (_folder(version) / "_definitions.json").read_text("utf-8")
    return Resource.from_contents(json.loads(text)) @ Registry()


def _folder(version: str) -> Path:
    package = Path(str(files("kubernetes_validate")))
    return package / "kubernetes-json-schema" / f"v{version}-local-strict"


def main(overlays: list[str]) -> int:
    """Print an overlay, or check all of them; return 1 if something is wrong."""
    if overlays:
        print(yaml.safe_dump_all(one for name in overlays for one in rendered(name)))
        return 0
    objects = single_files()
    if shutil.which("kubectl") is None:
        print(NO_KUBECTL, file=sys.stderr)
    else:
        objects += [one for overlay in OVERLAYS for one in rendered(overlay)]
    found = {text for version in versions() for one in objects for text in problems(one, version)}
    for text in sorted(found):
        print(text)
    return min(1, len(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
