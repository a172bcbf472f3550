import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Code, failure } from "../dist/core/errors.js";
import { Delivery } from "../dist/web/delivery.js";
import { idsOf, tab, wire } from "./shop.mjs";

// time passes only when a test says so, however busy the machine is
beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
});

/** Run everything that needs no time. */
const settle = () => new Promise(setImmediate);

/** Let time pass, then run everything that follows. */
async function pass(ms) {
  await settle();
  mock.timers.tick(ms);
  await settle();
}

const FIRST_PAUSE_MS_MAX = 600; // half a second, and up to 20 % more

/** A delivery whose server is a function from a batch to statuses, or an error. */
function delivering(answer) {
  const { queue, shelf } = tab();
  const [batches, problems, offsets] = [[], [], []];
  const send = async (events, hopeful) => {
    batches.push(idsOf(events));
    const statuses = await answer(events, batches.length, hopeful);
    const results = events.map(({ eventId }, n) => ({ eventId, status: statuses?.[n] ?? "created", detail: "" }));
    return { results, offset: `offset-${batches.length}` };
  };
  const tell = ({ kind, event }) => problems.push([kind, event.eventId]);
  const delivery = new Delivery(queue, send, tell, (offset) => offsets.push(offset));
  return { delivery, queue, shelf, batches, problems, offsets };
}

const failed = (promise) => promise.then(() => "no error", (error) => error.name); // biome-ignore format: one thought

test("events tracked together are sent together; later ones are in the next batch", async () => {
  let answer;
  const answered = new Promise((resolve) => {
    answer = resolve;
  });
  const { delivery, batches, offsets } = delivering(() => answered);
  const [one, other] = [delivery.add(wire("a")), delivery.add(wire("b"))];
  await settle();
  const later = delivery.add(wire("c"));
  await settle();
  assert.deepEqual(batches, [["a", "b"]]);
  answer();
  const results = await Promise.all([one, other, later]);
  assert.deepEqual(batches, [["a", "b"], ["c"]]);
  assert.deepEqual(results.map(({ status, offset }) => [status, offset]), [["created", "offset-1"], ["created", "offset-1"], ["created", "offset-2"]]); // biome-ignore format: a table
  assert.deepEqual(offsets, ["offset-1", "offset-2"]);
});

test("an event that is tracked just as the last batch is answered does not wait for another", async () => {
  const { delivery } = delivering(() => undefined);
  for (let n = 0; n < 50; n++) assert.equal((await delivery.add(wire(`event-${n}`))).status, "created");
});

test("an event in progress is not sent again under its id", async () => {
  const { delivery, batches } = delivering(() => undefined);
  const [one, other] = await Promise.all([delivery.add(wire("a")), delivery.add(wire("a"))]);
  assert.deepEqual([one, batches], [other, [["a"]]]);
});

test("after a network failure the same events are sent again, in order", async () => {
  const { delivery, batches, problems } = delivering((_, tries) => {
    if (tries === 1) throw failure("Failed to fetch", Code.Unavailable);
  });
  const results = Promise.all([delivery.add(wire("a")), delivery.add(wire("b"))]);
  await pass(FIRST_PAUSE_MS_MAX);
  assert.equal((await results).length, 2);
  assert.deepEqual(batches, [
    ["a", "b"],
    ["a", "b"],
  ]);
  assert.deepEqual(problems, []);
});

test("the network's return ends a pause, but not one that the server asked for", async () => {
  let error = failure("Failed to fetch", Code.Unavailable);
  const { delivery, batches } = delivering((_, tries) => {
    if (tries <= 2) throw error;
  });
  const result = delivery.add(wire("a"));
  await settle();
  error = failure("too many", Code.ResourceExhausted, { retryAfterMs: 60_000 });
  delivery.wake();
  await settle();
  assert.equal(batches.length, 2);
  delivery.wake();
  await pass(59_999);
  assert.equal(batches.length, 2);
  await pass(1);
  assert.equal((await result).status, "created");
  assert.equal(batches.length, 3);
});

test("an invalid event is refused; the others of its batch are learned", async () => {
  const { delivery, queue, problems } = delivering((events) => {
    if (idsOf(events).includes("bad")) throw failure("events[1].event_id", Code.InvalidArgument);
  });
  const results = await Promise.all(
    ["a", "bad", "b", "c"].map((id) => delivery.add(wire(id)).catch(({ name }) => name)),
  );
  assert.deepEqual(
    results.map((one) => one.status ?? one),
    ["created", "InvalidRequestError", "created", "created"],
  );
  assert.deepEqual(problems, [["refused", "bad"]]);
  assert.equal(queue.length, 0);
});

test("an event that the server does not learn from is reported to the caller and to the page", async () => {
  const { delivery, problems } = delivering(() => ["quarantined", "conflict", "exists"]);
  const results = await Promise.all(["a", "b", "c"].map((id) => delivery.add(wire(id))));
  assert.deepEqual(
    results.map(({ status }) => status),
    ["quarantined", "conflict", "exists"],
  );
  assert.deepEqual(problems, [["quarantined", "a"], ["conflict", "b"]]); // biome-ignore format: a table
});

test("with a wrong key the events stay, the caller gets the error, and not every click sends a request", async () => {
  const { delivery, queue, batches, problems } = delivering(() => {
    throw failure("no key of this server", Code.Unauthenticated);
  });
  assert.equal(await failed(delivery.add(wire("a"))), "UnauthenticatedError");
  assert.equal(await failed(delivery.add(wire("b"))), "UnauthenticatedError");
  assert.equal(await failed(delivery.flush(1000)), "UnauthenticatedError");
  assert.deepEqual(problems, [["kept", "a"], ["kept", "b"]]); // biome-ignore format: a table
  assert.deepEqual([queue.length, batches.length], [2, 1]);
});

test("flush fails after its deadline, and close leaves waiting events to the next page", async () => {
  const { delivery, queue } = delivering(() => {
    throw failure("Failed to fetch", Code.Unavailable);
  });
  const result = delivery.add(wire("a"));
  const flushed = failed(delivery.flush(50));
  await pass(51);
  assert.equal(await flushed, "DeadlineExceededError");
  delivery.close();
  assert.equal(await failed(result), "CanceledError");
  assert.equal(await failed(delivery.add(wire("b"))), "CanceledError");
  assert.equal(queue.length, 2);
});

test("an event dropped from a full queue is reported, and its promise fails", async () => {
  const { delivery, problems } = delivering(() => new Promise(() => {}));
  const promises = Array.from({ length: 11 }, (_, n) => delivery.add(wire(`event-${n}`)));
  assert.equal(await failed(promises[0]), "OverloadedError");
  assert.deepEqual(problems, [["dropped", "event-0"]]);
});
