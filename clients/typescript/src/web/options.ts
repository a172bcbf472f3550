import type { EventDetails } from "../core/events.js";
import type { OnProblem } from "./problems.js";
import type { Shelf } from "./shelf.js";
import type { SlateRef } from "./slate-ref.js";

export interface Options {
  /** The gateway, such as "https://shop.example"; default: the page's own origin. */
  url?: string;
  /** A publishable key: everybody can read it. Never put a backend's key into a page. */
  key?: string;
  /** The visitor's id, if the shop knows it; default: an id that the browser creates and keeps. */
  visitorId?: string;
  /** Called for each event that was not learned, with the reason; default: a warning on the console. */
  onProblem?: OnProblem;
  /** The deadline of `recommend`, `similar` and `trending`, with all retries; default: 2,000. */
  timeoutMs?: number;
  /** The deadline of one batch of events; default: 10,000. */
  feedbackTimeoutMs?: number;
  /** How long `recommend` waits for events in progress; default: 300. */
  settleMs?: number;
  /** How long half of an element must be in view to count as seen; default: 1,000. */
  visibleMs?: number;
  /** The maximum number of waiting events; then the oldest is dropped and reported. Default: 500. */
  eventsMax?: number;
  /** The maximum age of a waiting event; default: three days. A server forgets the ids of events after a week. */
  ageMsMax?: number;
  /** Where events and the visitor's id are stored; default: localStorage. */
  shelf?: Shelf;
}

/** The details of the visitor's action. */
export interface TrackDetails extends Omit<EventDetails, "choice"> {
  /** The slate that led to the action: its token is sent with the event, and `position` is found in it. */
  slate?: SlateRef;
}
