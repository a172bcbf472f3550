"""docker-compose.yml as compose reads it: anchors merged, variables filled in."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
VARIABLE = re.compile(r"\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}")


def load(file: Path) -> Any:
    """Return what a YAML file says."""
    return YAML(typ="safe").load(file)


class MissingVariableError(Exception):
    """A variable that has to be set is not; the text is what the file says then."""


def new_keys() -> dict[str, str]:
    """Return what `deploy/keys` prints, as compose reads it from .env."""
    said = subprocess.run([ROOT / "deploy" / "keys"], check=True, capture_output=True, text=True)
    lines = [line for line in said.stdout.splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def filled(value: Any, variables: dict[str, str]) -> Any:
    """Return ``value`` with ${X}, ${X:-default}, ${X:?what to do} and $$ as compose has them."""
    if isinstance(value, dict):
        return {name: filled(part, variables) for name, part in value.items()}
    if isinstance(value, list):
        return [filled(part, variables) for part in value]
    if not isinstance(value, str):
        return value

    def meant(found: re.Match[str]) -> str:
        name, how, text = found.groups()
        if name is None:
            return "$"
        if variables.get(name):
            return variables[name]
        if how == "?":
            raise MissingVariableError(f"{name}: {text}")
        return text if how == "-" else ""

    return VARIABLE.sub(meant, value)


def read(variables: dict[str, str], *files: Path) -> dict[str, Any]:
    """Return the composition; later files add to the services of the first."""
    first, *others = [load(file) for file in (FILE, *files)]
    for other in others:
        for name, service in other["services"].items():
            for key, value in service.items():
                old = first["services"][name].get(key)
                first["services"][name][key] = _joined(old, value)
    result: dict[str, Any] = filled(first, variables)
    return result


def _joined(old: Any, new: Any) -> Any:
    if isinstance(old, dict):
        return {**old, **new}
    return [*old, *new] if isinstance(old, list) else new
