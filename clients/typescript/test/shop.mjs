// What the tests share: events, a queue on a shelf, and a clock that is set by hand.

import { Lease } from "../dist/web/lease.js";
import { Queue } from "../dist/web/queue.js";
import { MemoryShelf } from "../dist/web/shelf.js";

export const SPACE = "headwater:http://shop:";
export const BOUNDS = { eventsMax: 10, ageMsMax: 1000 };

export function wire(eventId, more = {}) {
  return { eventId, eventType: "click", visitorId: "ann", eventTime: "2026-11-26T00:00:00.000Z", ...more };
}

export function clock(nowMs = 1_000_000) {
  const now = () => nowMs;
  now.pass = (ms) => {
    nowMs += ms;
  };
  return now;
}

/** One tab: its lease and its queue. */
export function tab(shelf = new MemoryShelf(), now = clock(), bounds = BOUNDS) {
  const lease = new Lease(shelf, SPACE, now);
  lease.hold();
  return { shelf, lease, now, queue: new Queue(shelf, lease, SPACE, bounds, now) };
}

export const idsOf = (events) => events.map(({ eventId }) => eventId);
