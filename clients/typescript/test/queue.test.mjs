import assert from "node:assert/strict";
import { test } from "node:test";
import { LEASE_MS } from "../dist/web/lease.js";
import { BATCH_CHARACTERS_MAX, BATCH_EVENTS_MAX } from "../dist/web/queue.js";
import { MemoryShelf, openShelf } from "../dist/web/shelf.js";
import { clock, idsOf, SPACE, tab, wire } from "./shop.mjs";

test("events come out in the order they came, and stay until they are settled", () => {
  const { queue, shelf } = tab();
  for (const id of ["a", "b", "c"]) queue.add(wire(id));
  const batch = queue.take();
  assert.deepEqual(idsOf(batch), ["a", "b", "c"]);
  assert.deepEqual(queue.take(), []);
  queue.giveBack(batch);
  assert.deepEqual(idsOf(queue.take()), ["a", "b", "c"]);
  queue.settle(batch);
  assert.equal(queue.length, 0);
  assert.deepEqual(shelf.names(`${SPACE}event:`), []);
});

test("a full queue drops the oldest event that is not in progress, and returns it", () => {
  const { queue } = tab(undefined, undefined, { eventsMax: 2, ageMsMax: 1000 });
  queue.add(wire("under-way"));
  queue.take();
  assert.deepEqual(queue.add(wire("oldest")), []);
  assert.deepEqual(idsOf(queue.add(wire("newest"))), ["oldest"]);
});

test("an event that is too old is dropped, and returned", () => {
  const { queue, now } = tab();
  queue.add(wire("old"));
  now.pass(1001);
  assert.deepEqual(idsOf(queue.add(wire("new"))), ["old"]);
  assert.deepEqual(idsOf(queue.take()), ["new"]);
});

test("the next page takes the events of a closed page, in order, with the same ids", () => {
  const [shelf, now] = [new MemoryShelf(), clock()];
  const left = tab(shelf, now);
  for (const id of ["b", "a"]) {
    left.queue.add(wire(id, { value: 3 }));
    now.pass(1);
  }
  left.lease.giveBack();
  const next = tab(shelf, now);
  assert.deepEqual(next.queue.adopt(), []);
  assert.deepEqual(next.queue.take(), [wire("b", { value: 3 }), wire("a", { value: 3 })]);
});

test("a tab leaves the events of other open tabs, and takes those of a crashed tab when its lease expires", () => {
  const [shelf, now] = [new MemoryShelf(), clock()];
  const [one, other] = [tab(shelf, now, { eventsMax: 10, ageMsMax: 10 * LEASE_MS }), tab(shelf, now)];
  one.queue.add(wire("a"));
  other.queue.adopt();
  assert.equal(other.queue.length, 0);
  now.pass(LEASE_MS + 1);
  const third = tab(shelf, now, { eventsMax: 10, ageMsMax: 10 * LEASE_MS });
  assert.deepEqual(shelf.names(`${SPACE}tab:`), [`${SPACE}tab:${third.lease.id}`]); // the others' are thrown away
  third.queue.adopt();
  assert.deepEqual(idsOf(third.queue.take()), ["a"]);
});

test("an adopted event is adopted once: it belongs to the tab that took it", () => {
  const [shelf, now] = [new MemoryShelf(), clock()];
  const left = tab(shelf, now);
  left.queue.add(wire("a"));
  left.lease.giveBack();
  const [one, other] = [tab(shelf, now), tab(shelf, now)];
  one.queue.adopt();
  other.queue.adopt();
  assert.deepEqual([one.queue.length, other.queue.length], [1, 0]);
});

test("a damaged entry on the shelf is removed, and breaks nothing", () => {
  const { queue, shelf } = tab();
  shelf.put(`${SPACE}event:x`, "{cut off");
  shelf.put(`${SPACE}event:y`, '{"event":{}}');
  assert.deepEqual(queue.adopt(), []);
  assert.deepEqual(shelf.names(`${SPACE}event:`), []);
});

test("a batch is small enough for a request that outlives its page, and never empty", () => {
  const { queue } = tab(undefined, undefined, { eventsMax: 1000, ageMsMax: 1000 });
  for (let n = 0; n <= BATCH_EVENTS_MAX; n++) queue.add(wire(`small-${n}`));
  assert.equal(queue.take().length, BATCH_EVENTS_MAX);
  queue.settle(queue.take());
  for (const id of ["large", "larger"]) queue.add(wire(id, { attributionToken: "x".repeat(BATCH_CHARACTERS_MAX) }));
  assert.deepEqual(idsOf(queue.take()), ["large"]);
  assert.deepEqual(idsOf(queue.take()), ["larger"]);
});

test("a shelf that is full, blocked or absent leaves the queue in memory", () => {
  const full = {
    length: 0,
    setItem: () => assert.fail("full"),
    getItem: () => null,
    removeItem: () => {},
    key: () => null,
  };
  assert.ok(openShelf(() => full) instanceof MemoryShelf);
  assert.ok(openShelf(() => undefined) instanceof MemoryShelf);
  const { queue } = tab({ get: () => null, put: () => false, remove: () => {}, names: () => [] });
  queue.add(wire("a"));
  assert.deepEqual(idsOf(queue.take()), ["a"]);
});
