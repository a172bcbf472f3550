"""What the gateway answers at its root: what this is, and where to go from here."""

from __future__ import annotations

from dataclasses import dataclass

from headwater_server.gateway.plan import Plan

SUBJECT = "Headwater: a recommendation service that learns while it serves."
HEADERS = {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
}


@dataclass(frozen=True)
class Place:
    """A path of the gateway, and what is there."""

    path: str
    meaning: str
    is_page: bool = True


API = (
    Place("/v1/", "REST: POST /v1/recommend, POST /v1/feedback, POST /v1/items, …", is_page=False),
    Place("/headwater.v1.…", "gRPC and gRPC-Web, the same calls", is_page=False),
)
PAGES = (
    Place("/reference/", "the reference of the REST API, to read and to try"),
    Place("/openapi.json", "the same for programs: OpenAPI 3"),
    Place("/console/", "the console for editors, analysts and operators"),
    Place("/shop/", "a demo shop"),
)
HEALTH = (
    Place("/readyz", "whether a server answers"),
    Place("/healthz", "whether the gateway runs"),
)


def places(plan: Plan) -> tuple[Place, ...]:
    """Return what a gateway of this plan has; without a web process there are no pages."""
    return (*API, *(PAGES if plan.web else ()), *HEALTH)


def text(plan: Plan) -> str:
    """Return the answer for programs and terminals."""
    rows = "".join(f"  {place.path:16} {place.meaning}\n" for place in places(plan))
    return f"{SUBJECT}\n\n{rows}"
