"""A small shop on FastAPI: lists learn from every click, and the page works without Headwater.

pip install fastapi uvicorn
python fastapi_shop.py [host:port of a running headwater] [key]

GET  /                     what this visitor should see now, twice, without repeats
GET  /products/{item_id}   the product, what goes with it, and similar products
POST /clicks               what was clicked; the visitor's next page has learned from it
POST /seen                 what was really on the screen; sent in batches, without waiting
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Cookie, Depends, FastAPI, HTTPException, Request, Response
from pydantic import BaseModel

import headwater

PRODUCTS = [
    headwater.Item("trail-runner", "Trail running shoe", categories=["running"], price=89.0),
    headwater.Item("road-runner", "Road running shoe", categories=["running"], price=99.0),
    headwater.Item("socks", "Running socks", categories=["running"], price=9.0),
    headwater.Item("rain-boot", "Rain boot", categories=["boots"], price=49.0),
    headwater.Item("snow-boot", "Warm snow boot", categories=["boots"], price=79.0),
    headwater.Item("sandal", "Summer sandal", categories=["summer"], price=29.0),
]
BESTSELLERS = ["socks", "sandal", "trail-runner"]  # shown while headwater is away

shop = APIRouter()


class Click(BaseModel):
    """A click on one item of a list; ``token`` came with the list."""

    item_id: str
    token: str = ""


class Seen(BaseModel):
    """The items of a list that were on the screen."""

    item_ids: list[str]
    token: str


def visitor(request: Request, response: Response) -> str:
    """Return the visitor's id: a cookie that the first answer sets."""
    name = request.cookies.get("visitor") or uuid4().hex
    response.set_cookie("visitor", name, httponly=True)
    return name


Visitor = Annotated[str, Depends(visitor)]
Offset = Annotated[str, Cookie()]  # set by a click: answer from a state that has learned it


@shop.get("/")
async def home(request: Request, visitor: Visitor, offset: Offset = "") -> dict[str, Any]:
    """Two lists; the second one has no item of the first."""
    client: headwater.AsyncClient = request.app.state.client
    asked = {"page_size": 3, "min_offset": offset, "fallback": BESTSELLERS}
    first = await client.recommend(visitor, placement="home", **asked)
    more = await client.recommend(
        visitor,
        placement="home-more",
        exclude_item_ids=first.item_ids if first.is_fallback else [],
        exclude_attribution_tokens=[first.attribution_token],
        **asked,
    )
    return {"for_you": shown(first), "more": shown(more)}


@shop.get("/products/{item_id}")
async def product(
    request: Request, item_id: str, visitor: Visitor, offset: Offset = ""
) -> dict[str, Any]:
    """One product, and what this visitor may want with it, without the product itself."""
    client: headwater.AsyncClient = request.app.state.client
    if item_id not in {item.item_id for item in PRODUCTS}:
        raise HTTPException(404)
    beside = await client.recommend(
        visitor,
        placement="product",
        context_item_ids=[item_id],
        page_size=3,
        min_offset=offset,
        fallback=BESTSELLERS,
    )
    try:
        alike = (await client.list_similar_items([item_id], page_size=3)).item_ids
    except headwater.HeadwaterError:
        alike = []  # the page works without this list
    return {"item_id": item_id, "beside": shown(beside), "alike": alike}


@shop.post("/clicks")
async def clicked(request: Request, response: Response, click: Click, visitor: Visitor) -> None:
    """Learn at once, so that the next page shows it; when headwater is away, learn later."""
    event = headwater.Event("click", visitor, [click.item_id], attribution_token=click.token)
    try:
        learned = await request.app.state.client.feedback([event], timeout_s=0.5)
        response.set_cookie("offset", learned.offset, httponly=True)
    except headwater.HeadwaterError:
        await request.app.state.later.add(event)  # the same event: it is learned once


@shop.post("/seen")
async def seen(request: Request, screen: Seen, visitor: Visitor) -> None:
    """Report what was shown; the next batch sends it."""
    event = headwater.Event("impression", visitor, screen.item_ids, attribution_token=screen.token)
    await request.app.state.later.add(event)


def shown(slate: headwater.Recommendation) -> dict[str, Any]:
    """Return a list as the page needs it: its items, and the token for its events."""
    return {"item_ids": slate.item_ids, "token": slate.attribution_token}


def make_app(target: str, key: str = "") -> FastAPI:
    """Return the app, with a client and a buffer for its lifetime."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            headwater.AsyncClient(target, key=key) as client,
            headwater.AsyncFeedbackBuffer(client) as later,  # leaving it sends what is left
        ):
            await client.upsert_items(PRODUCTS)
            app.state.client, app.state.later = client, later
            yield

    app = FastAPI(title="A small shop", lifespan=lifespan)
    app.include_router(shop)
    return app


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(make_app(*(sys.argv[1:] or ["127.0.0.1:50051"])))
