import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromJson } from "@bufbuild/protobuf";
import { newEvent } from "headwater/node";
import { fallbackSlate } from "../dist/core/fallback.js";
import { fromBytes, newId } from "../dist/core/ids.js";
import { EventSchema } from "../dist/gen/headwater/v1/event_pb.js";
import { Freshness } from "../dist/web/freshness.js";
import { MemoryShelf } from "../dist/web/shelf.js";
import { visitorOf } from "../dist/web/visitor.js";
import { checkDetails, wireEvent } from "../dist/web/wire-event.js";
import { toEvent } from "../dist/wire/events.js";
import { named, recommendRequest } from "../dist/wire/recommendations.js";
import { clock } from "./shop.mjs";

const WHOLE = newEvent("purchase", "ann", {
  items: ["boots", { itemId: "socks", quantity: 2, price: 9.5, currencyCode: "EUR" }],
  userId: "u", sessionId: "s", value: 5, eventTime: new Date("2026-11-26T10:00:00.123Z"), attributionToken: "t",
  placement: "home", position: 3, context: { device: "phone", temperature: -3.5 },
}); // biome-ignore format: a table

test("a browser's JSON says what a backend's message says, field by field", () => {
  assert.deepEqual(fromJson(EventSchema, wireEvent(WHOLE, 0)), create(EventSchema, toEvent(WHOLE)));
  const least = newEvent("click", "ann", { eventTime: 0 });
  assert.deepEqual(fromJson(EventSchema, wireEvent(least, 0)), create(EventSchema, toEvent(least)));
});

test("a number that JSON cannot write is sent as what it is, for the server to refuse", () => {
  const event = newEvent("rating", "ann", {
    items: ["boots"],
    value: Number.NaN,
    context: { heat: Number.POSITIVE_INFINITY },
  });
  const told = fromJson(EventSchema, wireEvent(event, 0));
  assert.deepEqual([told.value, told.context.heat.kind.value], [Number.NaN, Number.POSITIVE_INFINITY]);
});

test("an event keeps the id that it was made with, and the time when it happened", () => {
  assert.equal(newEvent("click", "ann", { eventId: "mine" }).eventId, "mine");
  assert.notEqual(newEvent("click", "ann").eventId, newEvent("click", "ann").eventId);
  assert.equal(wireEvent(newEvent("click", "ann"), 1000).eventTime, "1970-01-01T00:00:01.000Z");
});

test("ids are UUIDs also where the page is not secure", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newId(), uuid);
  assert.match(fromBytes(new Uint8Array(16).fill(255)), uuid);
  assert.match(fromBytes(new Uint8Array(16)), uuid);
});

test("a name that does not exist is refused, with the one that was meant", () => {
  assert.throws(() => named({ page_size: 3 }), { message: "recommend knows no page_size: it is called pageSize" });
  assert.throws(() => checkDetails({ quantity: 1 }), /track knows no quantity: it takes items, slate/);
  assert.throws(() => toEvent({ ...WHOLE, slate: {} }), /an event knows no slate/);
  assert.throws(() => recommendRequest("ann", { excludeItemIds: "boots" }), /excludeItemIds is a text/);
  assert.throws(() => recommendRequest("ann", { diversity: "wild" }), /none of none, low, medium, high, auto/);
  assert.throws(() => wireEvent(newEvent("click", "ann", { eventTime: "noon" }), 0), /eventTime is no time/);
});

test("a question is named before it is asked, so that a retry draws the same list", () => {
  assert.equal(named({ recommendationId: "mine" }).recommendationId, "mine");
  assert.match(named({}).recommendationId, /^[0-9a-f-]{36}$/);
});

test("a fallback is the caller's own list without what the question leaves out, each item once", () => {
  const question = { excludeItemIds: ["b"], contextItemIds: ["c"], pageSize: 2, recommendationId: "r" };
  const slate = fallbackSlate(question, ["a", "b", "a", "c", "d", "e"]);
  assert.deepEqual([slate.itemIds, slate.isFallback, slate.attributionToken], [["a", "d"], true, ""]);
});

test("a visitor is minted once and kept", () => {
  const shelf = new MemoryShelf();
  assert.equal(visitorOf(shelf), visitorOf(shelf));
  assert.notEqual(visitorOf(new MemoryShelf()), visitorOf(shelf));
});

test("the newest state is asked for while that is fresh, also by the next page", () => {
  const [shelf, now] = [new MemoryShelf(), clock()];
  const freshness = new Freshness(shelf, "space:", now);
  assert.equal(freshness.newest, undefined);
  freshness.told("1-0");
  freshness.told("");
  assert.equal(new Freshness(shelf, "space:", now).newest, "1-0");
  now.pass(60_001);
  assert.equal(freshness.newest, undefined);
  freshness.told("2-0");
  freshness.forget();
  assert.equal(freshness.newest, undefined);
});
