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

/**
 * How what was shown was chosen, by a caller that has a choice of its own (the baseline). Chances from 0 to 1, given
 * the slots before; weights are those of the slots before. See Choice in protos/headwater/v1/event.proto. Only
 * impressions of a backend may have one.
 */
export interface Choice {
  /** The chance with which it was chosen: above 0. */
  propensity: number;
  policyPropensity?: number;
  randomPropensity?: number;
  isBaseline?: boolean;
  baselinePropensity?: number;
  slot?: string;
  /** "online" or "apprentice". */
  mode?: string;
  /** How long rewards count after the impression. */
  waitMs?: number;
  coversBoth?: boolean;
  policyWeight?: number;
  randomWeight?: number;
  baselineWeight?: number;
}

/** The details of an event, besides its type and its visitor. */
export interface EventDetails {
  /** The items of the event; an id alone is enough. */
  items?: readonly (string | EventItem)[];
  userId?: string;
  sessionId?: string;
  /** The stars of a rating, 1 to 5. */
  value?: number;
  /** How good the outcome was, -1 to 1, in place of the type's reward: 0.3 is learned as three tenths of an act. */
  reward?: number;
  /** When it happened; default: now. */
  eventTime?: Time;
  /** The `attributionToken` of the slate that led here, unchanged. */
  attributionToken?: string;
  placement?: string;
  /** The slot that was acted on, from 1. */
  position?: number;
  context?: Values;
  choice?: Choice;
  /** Your own id of the event; default: a new UUID. */
  eventId?: string;
}

/** One action of a visitor. Create it with `newEvent`, which sets `eventId`. */
export interface Event extends EventDetails {
  eventType: string;
  visitorId: string;
  eventId: string;
}

/**
 * Create an event. Its id is set here, before the first try: the same object may be sent again, after an error or a
 * restart, and is learned once.
 */
export function newEvent(eventType: string, visitorId: string, details: EventDetails = {}): Event {
  return { ...details, eventType, visitorId, eventId: details.eventId || newId() };
}

/** The result of an event; see EventStatus in protos/headwater/v1/event.proto. */
export type EventStatus = "created" | "exists" | "conflict" | "quarantined";

/** The result of one event; `detail` is the reason if it was not learned. */
export interface EventResult {
  eventId: string;
  status: EventStatus;
  detail: string;
}

/** One result for each event, in order. Pass `offset` to `recommend` as `minOffset`. */
export interface FeedbackAnswer {
  results: EventResult[];
  offset: string;
}

/** Whether the server has learned the event, now or earlier. */
export function isLearned(result: EventResult): boolean {
  return result.status === "created" || result.status === "exists";
}
