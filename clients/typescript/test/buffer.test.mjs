import assert from "node:assert/strict";
import { test } from "node:test";
import { BufferClosedError, BufferFullError, Client, FeedbackBuffer, newEvent } from "headwater/node";
import { Code, failure } from "../dist/core/errors.js";

const click = (eventId) => newEvent("click", "ann", { items: ["boots"], eventId });
const ids = (events) => events.map(({ eventId }) => eventId);

async function until(condition) {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A buffer before a server that is a function from a batch to an error, or nothing. */
function buffering(options, fails = () => undefined) {
  const [batches, lost] = [[], []];
  const feedback = async (events) => {
    batches.push(ids(events));
    const error = await fails(events, batches.length);
    if (error) throw error;
    const results = events.map(({ eventId }) => ({ eventId, status: eventId.startsWith("bad") ? "quarantined" : "created", detail: "why" })); // biome-ignore format: one line
    return { results, offset: `${batches.length}-0` };
  };
  const onLost = ({ eventId }, reason) => lost.push([eventId, reason]);
  return { buffer: new FeedbackBuffer({ feedback }, { intervalMs: 5, onLost, ...options }), batches, lost };
}

test("events go out in batches; flush waits for all that was added before", async () => {
  const { buffer, batches } = buffering({ batchMax: 2, intervalMs: 60_000 });
  for (const id of ["a", "b", "c"]) await buffer.add(click(id));
  await buffer.flush();
  assert.deepEqual(batches, [["a", "b"], ["c"]]);
  assert.equal(buffer.offset, "2-0");
  await buffer.close();
  await assert.rejects(buffer.add(click("d")), BufferClosedError);
});

test("a full buffer makes its caller wait (back-pressure)", async () => {
  const answers = [];
  const { buffer } = buffering({ eventsMax: 1 }, () => new Promise((resolve) => void answers.push(resolve)));
  await buffer.add(click("a"));
  await assert.rejects(buffer.add(click("b"), { timeoutMs: 30 }), BufferFullError);
  const waiting = buffer.add(click("c"));
  await until(() => answers.length === 1);
  answers[0]();
  await waiting;
  const closing = buffer.close();
  await until(() => answers.length === 2);
  answers[1]();
  await closing;
});

test("the same events are sent again to an unavailable server", async () => {
  const away = (_, tries) => (tries < 3 ? failure("away", Code.Unavailable) : undefined);
  const { buffer, batches, lost } = buffering({}, away);
  await buffer.add(click("a"));
  await buffer.flush();
  assert.deepEqual([batches, lost], [[["a"], ["a"], ["a"]], []]);
});

test("each event that is not learned is reported once: quarantined, refused, given up", async () => {
  const refused = (events) => (ids(events).includes("no") ? failure("no", Code.InvalidArgument) : undefined);
  const { buffer, lost } = buffering({}, refused);
  for (const id of ["a", "bad", "no", "b"]) await buffer.add(click(id));
  await buffer.flush();
  assert.deepEqual(lost, [["bad", "quarantined: why"], ["no", "InvalidRequestError: no"]]); // biome-ignore format: a table
  const away = buffering({ patienceMs: 50 }, () => failure("away", Code.Unavailable));
  await away.buffer.add(click("c"));
  await away.buffer.flush();
  assert.deepEqual(away.lost, [["c", "UnavailableError: away"]]);
});

test("an invalid event is rejected by add", async () => {
  const { buffer } = buffering({});
  await assert.rejects(buffer.add({ ...click("a"), position: 1.5 }), /position/);
  await assert.rejects(buffer.add({ ...click("a"), item: "boots" }), /an event has no field item/);
});

test("without a server the caller gets a typed error, or its own list", async () => {
  const client = new Client("127.0.0.1:1");
  const timeoutMs = 60_000; // the tries end long before
  await assert.rejects(client.recommend("ann", { timeoutMs }), {
    name: "UnavailableError",
    code: Code.Unavailable,
  });
  assert.deepEqual((await client.recommend("ann", { fallback: ["a"], timeoutMs })).itemIds, ["a"]);
  client.close();
  await assert.rejects(client.model(), { name: "CanceledError" });
  assert.throws(() => new Client("x", { key: "two words" }), /no spaces/);
});
