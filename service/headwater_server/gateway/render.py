"""Writes the files that Envoy reads: its configuration, and the API's descriptors."""

from __future__ import annotations

import json
import re
from pathlib import Path

from grpc import StatusCode
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from headwater_server.gateway import welcome
from headwater_server.gateway.descriptors import descriptor_set, services
from headwater_server.gateway.plan import Plan
from headwater_server.gateway.rest import rest
from headwater_server.gateway.statuses import STATUSES

CONFIG, DESCRIPTORS = "envoy.yaml", "headwater.binpb"
TEMPLATES = Path(__file__).parent / "templates"


def rendered(plan: Plan) -> str:
    """Return Envoy's configuration. It contains no secret: keys stay in the environment."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - YAML, not HTML; every value is `quoted`
    )
    environment.filters["quoted"] = lambda value: json.dumps(str(value))
    environment.filters["lua_pattern"] = lua_pattern
    return environment.get_template(f"{CONFIG}.j2").render(
        plan=plan,
        settings=plan.settings,
        descriptors=DESCRIPTORS,
        services=services(),
        statuses=STATUSES,
        grpc_names=[(code.value[0], code.name) for code in StatusCode],
        rest=rest(),
        welcome=welcome,
    )


def lua_pattern(call: str) -> str:
    """Return the pattern of Lua for a call whose path has ids in braces.

    >>> lua_pattern("POST /v1/policies/{policy_id}:promote")
    '^POST %/v1%/policies%/[^/]+%:promote$'
    """
    escaped = re.sub(r"([^\w {}])", r"%\1", call)
    return f"^{re.sub(r'{[^}]*}', '[^/]+', escaped)}$"


def write(plan: Plan, folder: Path) -> Path:
    """Write both files into ``folder``, created if missing; return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / DESCRIPTORS).write_bytes(descriptor_set())
    config = folder / CONFIG
    config.write_text(rendered(plan))
    return config
