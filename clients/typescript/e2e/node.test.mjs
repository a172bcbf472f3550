// The Node client's guarantees, on a live server: HEADWATER_TARGET, with HEADWATER_KEY.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client, Code, FeedbackBuffer, newEvent } from "headwater/node";

const { HEADWATER_TARGET, HEADWATER_KEY } = process.env;
const client = new Client(HEADWATER_TARGET, { key: HEADWATER_KEY });
const PATIENT = { timeoutMs: 20_000 };
const click = (visitorId, itemId, more = {}) => newEvent("click", visitorId, { items: [itemId], ...more });
const thrownBy = (promise) =>
  promise.then(
    () => assert.fail("no error"),
    (error) => error,
  );

before(() => client.recommend("warm", PATIENT)); // the first list compiles the kernels
after(() => client.close());

test("items are written, read field by field, changed in part, listed page by page, and deleted", async () => {
  const item = {
    itemId: "node-boots",
    title: "Boots",
    categories: ["shoes > boots"],
    price: 89.5,
    currencyCode: "EUR",
    available: true,
    tags: ["warm"],
    features: { colour: "red", height: 12 },
    publishTime: new Date("2026-01-01T00:00:00Z"),
    expireTime: new Date("2036-01-01T00:00:00Z"),
    imageUri: "https://shop.example/boots.jpg",
    uri: "/p/boots",
    groupId: "boots",
  };
  const written = await client.upsertItems([item, { itemId: "node-socks" }], PATIENT);
  assert.deepEqual(
    written.results.map(({ status }) => status),
    ["applied", "applied"],
  );
  assert.deepEqual(await client.getItem("node-boots", PATIENT), item);
  await client.upsertItems([{ itemId: "node-boots", price: 79 }], { fields: ["price"], ...PATIENT });
  assert.deepEqual(await client.getItem("node-boots", PATIENT), { ...item, price: 79 });
  const listed = [];
  for await (const { itemId } of client.listItems({ pageSize: 1, ...PATIENT })) listed.push(itemId);
  assert.deepEqual(
    ["node-boots", "node-socks"].filter((itemId) => listed.includes(itemId)),
    ["node-boots", "node-socks"],
  );
  const late = await client.upsertItems([item], { setTime: new Date("2020-01-01T00:00:00Z"), ...PATIENT });
  assert.equal(late.results[0].status, "outdated");
  assert.equal((await client.deleteItems(["node-socks"], PATIENT)).results[0].status, "applied");
  assert.equal((await thrownBy(client.getItem("node-socks", PATIENT))).name, "NotFoundError");
});

test("accounts are written, linked, read and erased", async () => {
  const { results } = await client.upsertUsers(
    [{ userId: "node-user", features: { segment: "gold", age: 30 } }],
    PATIENT,
  );
  assert.equal(results[0].status, "applied");
  await client.feedback([click("node-visitor", "node-boots", { userId: "node-user" })], PATIENT);
  const { user, visitorIds, history } = await client.getUser({ visitorId: "node-visitor" }, PATIENT);
  assert.deepEqual(user, { userId: "node-user", features: { segment: "gold", age: 30 } });
  assert.deepEqual([visitorIds, history[0].itemId, history[0].touches], [["node-visitor"], "node-boots", 1]);
  assert.ok((await client.unlinkVisitor("node-visitor", PATIENT)).offset);
  assert.equal((await client.getUser({ visitorId: "node-visitor" }, PATIENT)).user.userId, "");
  assert.ok((await client.eraseUser({ userId: "node-user" }, PATIENT)).offset);
  assert.equal((await thrownBy(client.getUser({ userId: "node-user" }, PATIENT))).name, "NotFoundError");
});

test("feedback returns a result for each event, and the same event is learned once", async () => {
  const event = click("node-ann", "node-boots");
  const bad = newEvent("rating", "node-ann", { items: ["node-boots"], value: Number.NaN });
  const { results } = await client.feedback([event, bad, event, { ...event, items: ["other"] }], PATIENT);
  assert.deepEqual(
    results.map(({ status }) => status),
    ["created", "quarantined", "exists", "conflict"],
  );
  assert.match(results[1].detail, /^value/);
});

test("an error names the field; a deadline and a missing name are errors of their own", async () => {
  const invalid = await thrownBy(client.recommend("ann", { filter: "(((", ...PATIENT }));
  assert.deepEqual(
    [invalid.name, invalid.code, invalid.field],
    ["InvalidRequestError", Code.InvalidArgument, "filter"],
  );
  const nameless = await thrownBy(client.feedback([click("a", "b"), { ...click("a", "b"), eventId: "" }], PATIENT));
  assert.equal(nameless.field, "events[1].event_id");
  const beyond = await thrownBy(client.recommend("ann", { minOffset: "9999999999999-0", ...PATIENT }));
  assert.deepEqual([beyond.name, beyond.field], ["InvalidRequestError", "min_offset"]);
  const soon = { pageSize: 100, explain: true, timeoutMs: 1 };
  assert.equal((await thrownBy(client.recommend("ann", soon))).name, "DeadlineExceededError");
  const late = await client.recommend("ann", { ...soon, fallback: ["node-boots"] });
  assert.deepEqual([late.itemIds, late.isFallback], [["node-boots"], true]);
  const abort = AbortSignal.abort();
  assert.equal((await thrownBy(client.recommend("ann", { signal: abort, ...PATIENT }))).name, "CanceledError");
});

test("a request that is too large is invalid, and its error names size and limit", async () => {
  const items = Array.from({ length: 1000 }, (_, n) => ({ itemId: `large-${n}`, title: "x".repeat(5000) }));
  const refused = await thrownBy(client.upsertItems(items, PATIENT));
  assert.deepEqual([refused.name, refused.code], ["InvalidRequestError", Code.InvalidArgument]);
  assert.match(refused.message, /has 5\d{6} bytes, the limit is 4194304: send less/);
});

test("the model, its metrics, and lists that do not depend on a visitor", async () => {
  const { digest, counts, versions } = await client.model({ computeDigest: true, ...PATIENT });
  assert.match(digest, /^[0-9a-f]{16,}$/);
  assert.ok(counts.events_learned > 0 && versions.river);
  assert.ok(Array.isArray((await client.metrics(PATIENT)).metrics));
  assert.ok((await client.trending(PATIENT)).itemIds.includes("node-boots"));
  assert.ok((await client.similar({ itemIds: ["node-boots"], ...PATIENT })).offset);
});

test("a stream of batches is answered in order, and reads at most 64 batches ahead", async () => {
  let drawn = 0;
  async function* batches() {
    for (; drawn < 200; drawn++) yield [click(`stream-${drawn}`, "node-boots", { eventId: `stream-event-${drawn}` })];
  }
  let answered = 0;
  for await (const { results } of client.streamFeedback(batches())) {
    assert.deepEqual([results[0].eventId, results[0].status], [`stream-event-${answered}`, "created"]);
    answered += 1;
    assert.ok(drawn - answered <= 64, `${drawn} drawn, ${answered} answered`);
  }
  assert.equal(answered, 200);
});

test("an error of the caller's stream is thrown after all earlier batches are answered", async () => {
  async function* batches() {
    yield [click("broken", "node-boots")];
    throw new Error("the file ended early");
  }
  const answers = [];
  const reading = (async () => {
    for await (const answer of client.streamFeedback(batches())) answers.push(answer);
  })();
  assert.equal((await thrownBy(reading)).message, "the file ended early");
  assert.equal(answers.length, 1);
});

test("a malformed batch ends a stream with the field; a caller that stops reading leaves nothing open", async () => {
  const malformed = client.streamFeedback([[click("a", "b")], [{ ...click("a", "b"), eventId: "" }]]);
  const answers = [];
  const reading = (async () => {
    for await (const answer of malformed) answers.push(answer);
  })();
  assert.equal((await thrownBy(reading)).field, "batches[1].events[0].event_id");
  assert.equal(answers.length, 1);
  for await (const { offset } of client.streamFeedback([[click("a", "b")], [click("a", "c")]])) {
    assert.ok(offset);
    break;
  }
});

test("a buffer sends all events, and reports those that the server did not learn", async () => {
  const lost = [];
  const buffer = new FeedbackBuffer(client, { onLost: ({ eventType }, reason) => lost.push([eventType, reason]) });
  for (let n = 0; n < 1200; n++) await buffer.add(click(`buffer-${n % 400}`, `node-${n % 7}`));
  await buffer.add(newEvent("no-such-type", "buffer-1", { items: ["node-boots"] }));
  await buffer.close({ timeoutMs: 60_000 });
  assert.equal(lost.length, 1);
  assert.match(lost[0][1], /^quarantined: event_type/);
  await client.recommend("buffer-1", { minOffset: buffer.offset, ...PATIENT });
});
