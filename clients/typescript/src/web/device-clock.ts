import type { FeedbackAnswer } from "../core/events.js";
import type { Send } from "./delivery.js";
import type { WireEvent } from "./wire-event.js";

/**
 * Send the events of a device whose clock is far ahead again, without their times: the server then uses its own. A time
 * that lies in the future for the device, too, is the page's mistake, and stays.
 */
export function withoutWrongClock(send: Send): Send {
  return async (events, hopeful) => {
    const answer = await send(events, hopeful);
    const early = ahead(events, answer);
    return early.length ? merged(answer, await send(early.map(untimed), hopeful)) : answer;
  };
}

function ahead(events: readonly WireEvent[], { results }: FeedbackAnswer): WireEvent[] {
  const refused = results.filter(({ status, detail }) => status === "quarantined" && detail.startsWith("event_time:"));
  const ids = new Set(refused.map(({ eventId }) => eventId));
  return events.filter(({ eventId, eventTime }) => ids.has(eventId) && Date.parse(eventTime) <= Date.now());
}

function untimed({ eventTime, ...event }: WireEvent): WireEvent {
  return event as unknown as WireEvent;
}

function merged(first: FeedbackAnswer, again: FeedbackAnswer): FeedbackAnswer {
  const later = new Map(again.results.map((result) => [result.eventId, result]));
  return { results: first.results.map((result) => later.get(result.eventId) ?? result), offset: again.offset };
}
