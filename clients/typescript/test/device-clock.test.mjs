import assert from "node:assert/strict";
import { test } from "node:test";
import { withoutWrongClock } from "../dist/web/device-clock.js";
import { wire } from "./shop.mjs";

const HOUR_MS = 3_600_000;
const at = (ms) => new Date(ms).toISOString();

/** A server whose clock is `behindMs` behind the device; it refuses what lies an hour ahead of it. */
function server(behindMs) {
  const calls = [];
  const send = async (events) => {
    calls.push(events);
    const latestMs = Date.now() - behindMs + HOUR_MS;
    const isAhead = ({ eventTime }) => eventTime !== undefined && Date.parse(eventTime) > latestMs;
    const result = (event) =>
      isAhead(event)
        ? { eventId: event.eventId, status: "quarantined", detail: "event_time: lies in the future" }
        : { eventId: event.eventId, status: "created", detail: "" };
    return { results: events.map(result), offset: `offset-${calls.length}` };
  };
  return { calls, send: withoutWrongClock(send) };
}

test("a device whose clock is right sends the times, once", async () => {
  const { calls, send } = server(0);
  const answer = await send([wire("a", { eventTime: at(Date.now()) })], true);
  assert.deepEqual([calls.length, answer.offset], [1, "offset-1"]);
});

test("a device whose clock is hours ahead has its events learned, as of now", async () => {
  const { calls, send } = server(9 * HOUR_MS);
  const old = wire("old", { eventTime: at(Date.now() - 24 * HOUR_MS) });
  const answer = await send([wire("a", { eventTime: at(Date.now()) }), old], true);
  assert.deepEqual(
    answer.results.map(({ eventId, status }) => [eventId, status]),
    [
      ["a", "created"],
      ["old", "created"],
    ],
  );
  assert.deepEqual(Object.keys(calls[1][0]).includes("eventTime"), false);
  assert.deepEqual([calls.length, calls[1].length, answer.offset], [2, 1, "offset-2"]);
});

test("a time in the future that the page itself gave stays quarantined", async () => {
  const { calls, send } = server(0);
  const answer = await send([wire("a", { eventTime: at(Date.now() + 48 * HOUR_MS) })], true);
  assert.deepEqual([calls.length, answer.results[0].status], [1, "quarantined"]);
});
