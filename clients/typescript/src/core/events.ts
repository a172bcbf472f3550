import { newId } from "./ids.js";
import type { Time, Values } from "./values.js";

/** One item of an event; `price` is for one piece. */
export interface EventItem {
  itemId: string;
  quantity?: number;
  price?: number;
  /** Three letters of ISO 4217, such as "EUR". */
  currencyCode?: string;
}

/** What there is to say of an event, beside what happened and to whom. */
export interface EventDetails {
  /** What it is about. Items may be given by their ids alone. */
  items?: readonly (string | EventItem)[];
  userId?: string;
  sessionId?: string;
  /** The stars of a rating, 1 to 5. */
  value?: number;
  /** When it happened, if not now. */
  eventTime?: Time;
  /** The `attributionToken` of the slate that led here, unchanged. */
  attributionToken?: string;
  placement?: string;
  /** The slot that was acted on, from 1. */
  position?: number;
  context?: Values;
  /** Your own name for the event, if you have one; else one is minted. */
  eventId?: string;
}

/** One thing that a visitor did. Make it with `newEvent`, which mints `eventId`. */
export interface Event extends EventDetails {
  eventType: string;
  visitorId: string;
  eventId: string;
}

/**
 * Make an event. Its id is minted here, before the first try: sending the same object again, after an error or a
 * restart, is learned once.
 */
export function newEvent(eventType: string, visitorId: string, details: EventDetails = {}): Event {
  return { ...details, eventType, visitorId, eventId: details.eventId || newId() };
}

/** What became of an event; see EventStatus in protos/headwater/v1/event.proto. */
export type EventStatus = "created" | "exists" | "conflict" | "quarantined";

/** The answer to one event; `detail` says why it was not learned. */
export interface EventResult {
  eventId: string;
  status: EventStatus;
  detail: string;
}

/** One result an event, in order. Give `offset` to `recommend` as `minOffset`. */
export interface FeedbackAnswer {
  results: EventResult[];
  offset: string;
}

/** Whether the server has learned the event, now or when it was sent before. */
export function isLearned(result: EventResult): boolean {
  return result.status === "created" || result.status === "exists";
}
