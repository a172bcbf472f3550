import assert from "node:assert/strict";
import { test } from "node:test";
import { create, fromJson } from "@bufbuild/protobuf";
import { newEvent } from "headwater/node";
import { fallbackSlate } from "../dist/core/fallback.js";
import { fromBytes, newId } from "../dist/core/ids.js";
import { EventSchema } from "../dist/gen/headwater/v1/event_pb.js";
import { EvaluationSchema } from "../dist/gen/headwater/v1/experiment_report_pb.js";
import { RecommendResponseSchema } from "../dist/gen/headwater/v1/recommendation_service_pb.js";
import { RuleSchema } from "../dist/gen/headwater/v1/rule_pb.js";
import { Freshness } from "../dist/web/freshness.js";
import { MemoryShelf } from "../dist/web/shelf.js";
import { visitorOf } from "../dist/web/visitor.js";
import { checkDetails, wireEvent } from "../dist/web/wire-event.js";
import { toEvent } from "../dist/wire/events.js";
import { evaluation } from "../dist/wire/experiment-reports.js";
import { named, recommendRequest, slate } from "../dist/wire/recommendations.js";
import { fromRule, toRule } from "../dist/wire/rules.js";
import { clock } from "./shop.mjs";

const WHOLE = newEvent("purchase", "ann", {
  items: ["boots", { itemId: "socks", quantity: 2, price: 9.5, currencyCode: "EUR" }],
  userId: "u", sessionId: "s", value: 5, reward: 0.25, eventTime: new Date("2026-11-26T10:00:00.123Z"), attributionToken: "t",
  placement: "home", position: 3, context: { device: "phone", temperature: -3.5 },
}); // biome-ignore format: a table

test("a browser's JSON equals a backend's message, field by field", () => {
  assert.deepEqual(fromJson(EventSchema, wireEvent(WHOLE, 0)), create(EventSchema, toEvent(WHOLE)));
  const least = newEvent("click", "ann", { eventTime: 0 });
  assert.deepEqual(fromJson(EventSchema, wireEvent(least, 0)), create(EventSchema, toEvent(least)));
});

test("a choice reaches the message whole, and a wrong field of it is named", () => {
  const choice = { propensity: 0.5, policyPropensity: 0.25, isBaseline: true, slot: "top", waitMs: 60_000 };
  const sent = create(EventSchema, toEvent(newEvent("impression", "ann", { choice }))).choice;
  assert.deepEqual(
    [sent.propensity, sent.policyPropensity, sent.isBaseline, sent.slot, sent.waitMs, sent.policyWeight],
    [0.5, 0.25, true, "top", 60_000n, undefined],
  );
  const wrong = (more) => toEvent(newEvent("impression", "ann", { choice: { ...choice, ...more } }));
  assert.throws(() => wrong({ is_baseline: true }), /a choice has no field is_baseline: use isBaseline/);
  assert.throws(() => wrong({ waitMs: 0.5 }), /choice.waitMs must be a whole number/);
  assert.throws(() => checkDetails({ choice }), /track has no field choice/);
});

test("an explained slot has its act rate as plain values", () => {
  const rate = { placement: "home", mean: 0.1, low: 0.05, high: 0.2, seen: 40, acts: 4 };
  const read = slate(
    create(RecommendResponseSchema, { results: [{ itemId: "boots", actRate: rate }, { itemId: "hat" }] }),
  );
  assert.deepEqual(read.results[0].actRate, rate);
  assert.equal("actRate" in read.results[1], false);
});

test("a number that JSON cannot contain is sent as text, so that the server rejects it", () => {
  const event = newEvent("rating", "ann", {
    items: ["boots"],
    value: Number.NaN,
    context: { heat: Number.POSITIVE_INFINITY },
  });
  const sent = fromJson(EventSchema, wireEvent(event, 0));
  assert.deepEqual([sent.value, sent.context.heat.kind.value], [Number.NaN, Number.POSITIVE_INFINITY]);
});

test("an event keeps its id and its time", () => {
  assert.equal(newEvent("click", "ann", { eventId: "mine" }).eventId, "mine");
  assert.notEqual(newEvent("click", "ann").eventId, newEvent("click", "ann").eventId);
  assert.equal(wireEvent(newEvent("click", "ann"), 1000).eventTime, "1970-01-01T00:00:01.000Z");
});

test("ids are UUIDs also on a page without TLS", () => {
  const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  assert.match(newId(), uuid);
  assert.match(fromBytes(new Uint8Array(16).fill(255)), uuid);
  assert.match(fromBytes(new Uint8Array(16)), uuid);
});

test("an unknown field is rejected with a hint at the right one", () => {
  assert.throws(() => named({ page_size: 3 }), { message: "recommend has no field page_size: use pageSize" });
  assert.throws(() => checkDetails({ quantity: 1 }), /track has no field quantity: use one of items, slate/);
  assert.throws(() => toEvent({ ...WHOLE, slate: {} }), /an event has no field slate/);
  assert.throws(() => recommendRequest("ann", { excludeItemIds: "boots" }), /excludeItemIds must be a list of ids/);
  assert.throws(() => recommendRequest("ann", { diversity: "wild" }), /not one of none, low, medium, high, auto/);
  assert.throws(() => wireEvent(newEvent("click", "ann", { eventTime: "noon" }), 0), /eventTime must be a Date/);
});

test("a request gets its id before it is sent, so that a retry returns the same list", () => {
  assert.equal(named({ recommendationId: "mine" }).recommendationId, "mine");
  assert.match(named({}).recommendationId, /^[0-9a-f-]{36}$/);
});

test("a fallback is the caller's own list without excluded items, each item once", () => {
  const question = { excludeItemIds: ["b"], contextItemIds: ["c"], pageSize: 2, recommendationId: "r" };
  const slate = fallbackSlate(question, ["a", "b", "a", "c", "d", "e"]);
  assert.deepEqual([slate.itemIds, slate.isFallback, slate.attributionToken], [["a", "d"], true, ""]);
});

test("a visitor id is created once and kept", () => {
  const shelf = new MemoryShelf();
  assert.equal(visitorOf(shelf), visitorOf(shelf));
  assert.notEqual(visitorOf(new MemoryShelf()), visitorOf(shelf));
});

test("the newest state is requested while it is fresh, also by the next page", () => {
  const [shelf, now] = [new MemoryShelf(), clock()];
  const freshness = new Freshness(shelf, "space:", now);
  assert.equal(freshness.newest, undefined);
  freshness.learned("1-0");
  freshness.learned("");
  assert.equal(new Freshness(shelf, "space:", now).newest, "1-0");
  now.pass(60_001);
  assert.equal(freshness.newest, undefined);
  freshness.learned("2-0");
  freshness.forget();
  assert.equal(freshness.newest, undefined);
});

test("an evaluation is plain numbers and dates, also what only a shadow finds out", () => {
  const sent = fromJson(EvaluationSchema, {
    evaluationId: "e",
    createTime: "2026-11-26T10:00:00Z",
    policies: [{ policyId: "bold", visitorsNeeded: "900" }],
    shadow: {
      policyId: "bold", ownState: true, foldedTime: "2026-11-26T09:59:00Z", entriesBehind: "7", caughtUp: true,
      publishSeconds: 60, answersLate: "2", driftAlarmsWorse: "1", championDriftAlarmsWorse: "3",
      figures: [{ name: "log_loss", count: "40", value: 0.25, low: 0, champion: 0.5 }],
    },
  }); // biome-ignore format: a table
  const { createTime, policies, shadow } = evaluation(sent);
  assert.deepEqual([createTime, policies[0].visitorsNeeded], [new Date("2026-11-26T10:00:00Z"), 900]);
  assert.deepEqual(shadow, {
    policyId: "bold", ownState: true, foldedTime: new Date("2026-11-26T09:59:00Z"), entriesBehind: 7, caughtUp: true,
    publishSeconds: 60, answersLate: 2, driftAlarmsWorse: 1, championDriftAlarmsWorse: 3,
    figures: [{ name: "log_loss", count: 40, value: 0.25, low: 0, champion: 0.5 }],
  }); // biome-ignore format: a table
  assert.equal("shadow" in evaluation(create(EvaluationSchema)), false);
});

test("a rule of a kind that this client does not know is read with all that it shares with others", () => {
  const message = create(RuleSchema, {
    ...toRule({ name: "new", kind: "pin", slot: 1, itemIds: ["tent"], placements: ["home"] }),
    revision: 7n,
  });
  message.kind = { case: undefined };
  const { kind, name, placements, revision } = fromRule(message);
  assert.deepEqual(
    { kind, name, placements, revision },
    { kind: "unknown", name: "new", placements: ["home"], revision: 7 },
  );
  assert.throws(() => toRule(fromRule(message)), /unknown.* is not one of pin/);
});

test("each kind of rule reaches the message whole and comes back the same, and a wrong field is named", () => {
  const shared = {
    name: "one",
    filter: "price < 5",
    placements: ["home"],
    startTime: new Date(5_000),
    endTime: new Date(9_000),
  };
  const rules = [
    { kind: "pin", slot: 2, itemIds: ["lamp"] },
    { kind: "boost", by: 0.5, times: 0 },
    { kind: "bury", by: 0, times: 0.25 },
    { kind: "cap", most: 2, field: "brand" },
    { kind: "hide", eventTypes: ["purchase"], days: 0 },
    { kind: "hide", eventTypes: [] },
    { kind: "diversity", level: "high" },
  ]; // biome-ignore format: a table
  for (const rule of rules) {
    const kept = fromRule(create(RuleSchema, toRule({ ...shared, ...rule })));
    for (const [name, value] of Object.entries({ ...shared, ...rule })) assert.deepEqual(kept[name], value, name);
    assert.equal("days" in kept, "days" in rule);
    assert.deepEqual(create(RuleSchema, toRule(kept)), create(RuleSchema, toRule({ ...shared, ...rule })));
  }
  assert.throws(() => toRule({ name: "one", kind: "cap", slot: 1 }), /a rule of the kind cap has no field slot/);
  assert.throws(() => toRule({ name: "one", kind: "pin", slot: 1, item_ids: ["x"] }), /no field item_ids: use itemIds/);
  assert.throws(() => toRule({ name: "one", kind: "lift" }), /kind: "lift" is not one of pin, boost/);
});
