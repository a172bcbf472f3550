// Calls as a careless program makes them: each error names the field, and nothing is sent.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, FeedbackBuffer, newEvent } from "headwater/node";
import { checkDetails } from "../dist/web/wire-event.js";
import { toEvent, toEvents } from "../dist/wire/events.js";
import { upsertItemsRequest } from "../dist/wire/items.js";
import { similarRequest, trendingRequest } from "../dist/wire/lists.js";
import { named, recommendRequest } from "../dist/wire/recommendations.js";
import { upsertUsersRequest } from "../dist/wire/users.js";

const event = (details) => () => toEvent(newEvent("click", "ann", details));
const item = (more) => () => upsertItemsRequest([{ itemId: "boots", ...more }]);
const asked = (question) => () => named(question);
const WRONG = [
  [event({ items: "boots" }), /an event: items must be a list, not a text/],
  [event({ items: [7] }), /an item of an event must be an object, not a value of the type number/],
  [event({ items: [null] }), /an item of an event must be an object, not null/],
  [event({ items: [{ item_id: "boots" }] }), /an item of an event has no field item_id: use itemId/],
  [event({ items: [{ itemId: "boots", currency: "EUR" }] }), /has no field currency/],
  [event({ items: [{ itemId: "boots", price: "12,50" }] }), /price must be a number, not a text/],
  [event({ items: [{ itemId: "boots", quantity: 2n }] }), /quantity must be a number, not a value of the type bigint/],
  [event({ items: [{ itemId: 7 }] }), /itemId must be a text, not a value of the type number/],
  [event({ userId: 12345678901234567890n }), /userId must be a text, not a value of the type bigint/],
  [event({ eventTime: "2026-12-01" }), /eventTime must be a Date, or milliseconds/],
  [event({ eventTime: true }), /eventTime must be a Date, or milliseconds/],
  [event({ eventTime: Number.POSITIVE_INFINITY }), /eventTime must be a Date, or milliseconds/],
  [event({ eventTime: new Date("never") }), /eventTime must be a Date, or milliseconds/],
  [event({ position: 1.5 }), /position must be a whole number/],
  [event({ position: 2 ** 31 }), /position must be a whole number/],
  [event({ context: "phone" }), /context must be an object, such as .*, not a text/],
  [event({ context: ["phone"] }), /context must be an object.*, not a list of (string|number)/],
  [event({ context: new Map([["device", "phone"]]) }), /context must be an object.*, not a list of object/],
  [event({ placement: "a\ud800b" }), /placement must be a text, not a text with half of a character/],
  [() => toEvent(newEvent("click", 5)), /visitorId must be a text, not a value of the type number/],
  [() => toEvents(newEvent("click", "ann")), /events must be a list of events: write \[event\]/],
  [() => toEvents([null]), /an event must be an object, not null/],
  [() => toEvents(undefined), /events must be a list of events/],
  [item({ categories: "shoes" }), /categories must be a list of texts, not a text/],
  [item({ tags: ["sale", 5] }), /tags must be a list of texts, not a list of (string,)?number/],
  [item({ available: "false" }), /available must be true or false, not a text/],
  [item({ features: [1] }), /features must be an object.*, not a list of (string|number)/],
  [item({ price: "12.50" }), /price must be a number, not a text/],
  [() => upsertItemsRequest({ itemId: "boots" }), /items must be a list, not a value of the type object/],
  [() => upsertItemsRequest([{ itemId: "boots" }], "title"), /fields must be a list of texts, not a text/],
  [() => upsertUsersRequest({ userId: "ann" }), /users must be a list, not a value of the type object/],
  [asked({ fallback: "boots" }), /fallback must be a list of texts, not a text/],
  [asked({ fallback: [1, 2] }), /fallback must be a list of texts, not a list of (string,)?number/],
  [asked({ explore: "no" }), /explore must be true or false, not a text/],
  [asked({ pageSize: "5" }), /pageSize must be a whole number.*, not a text/],
  [asked(null), /recommend must be an object, not null/],
  [() => recommendRequest(5, {}), /visitorId must be a text, not a value of the type number/],
  [() => similarRequest("boots"), /similar must be an object, not a text/],
  [() => similarRequest({ item_ids: ["boots"] }), /similar has no field item_ids: use itemIds/],
  [() => trendingRequest({ page_size: 1 }), /trending has no field page_size: use pageSize/],
  [() => checkDetails({ items: "boots" }), /track: items must be a list, not a text/],
  [() => new Client("127.0.0.1"), /the target must be host:port/],
  [() => new Client(""), /the target must be host:port/],
  [() => new Client(undefined), /the target must be host:port/],
  [() => new Client("127.0.0.1:1/v1"), /the target must be host:port/],
  [() => new Client("127.0.0.1:1", { Key: "x" }), /has no field Key: use one of key, tls/],
  [() => new FeedbackBuffer(), /a buffer needs a client/],
  [() => new FeedbackBuffer(new Client("h:1"), { patienceMs: Number.NaN }), /are at least 0/],
  [() => new FeedbackBuffer(new Client("h:1"), { interval: 5 }), /has no field interval/],
];

for (const [call, message] of WRONG) {
  test(`refused: ${message.source}`, () => {
    assert.throws(call, (error) => {
      assert.match(error.message, message);
      return error instanceof TypeError || error instanceof RangeError;
    });
  });
}

test("null counts as a field that is left out", () => {
  const { eventTime, userId, context, value } = toEvent(
    newEvent("click", "ann", { eventTime: null, userId: null, context: null, value: null }),
  );
  assert.deepEqual([eventTime, userId, context, value], [undefined, "", {}, undefined]);
  const [{ setTime, item: sent }] = upsertItemsRequest([{ itemId: "boots", price: null }], null, null).writes;
  assert.deepEqual([setTime, sent.price, sent.available], [undefined, undefined, true]);
});

test("an address with port 80 or of IPv6 is a target, too", () => {
  for (const target of ["h:80", "[::1]:50051", "http://h", "https://h:443/"]) new Client(target).close();
});

test("a wrong timeout is named, and a very long one does not end at once", async () => {
  const client = new Client("127.0.0.1:9");
  for (const timeoutMs of [Number.NaN, "500"]) {
    await assert.rejects(client.recommend("ann", { timeoutMs }), /timeoutMs must be a number/);
  }
  for (const timeoutMs of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    await assert.rejects(client.recommend("ann", { timeoutMs }), { name: "UnavailableError" });
  }
  await assert.rejects(client.upsertItems([], { set_time: 5 }), /has no field set_time: use setTime/);
  await assert.rejects(client.getUser({ user_id: "ann" }), /who has no field user_id: use userId/);
  await assert.rejects(client.getUser("ann"), /who must be an object, not a text/);
  client.close();
});

test("a client that is closed opens no stream", async () => {
  const client = new Client("127.0.0.1:9");
  client.close();
  const answers = client.streamFeedback([[newEvent("click", "ann", { items: ["boots"] })]]);
  await assert.rejects(answers.next(), { name: "CanceledError", message: "the client is closed" });
});
