import type { EventDetails } from "../core/events.js";
import type { OnProblem } from "./problems.js";
import type { Shelf } from "./shelf.js";
import type { SlateRef } from "./slate-ref.js";

export interface Options {
  /** The gateway, such as "https://shop.example"; "" or nothing: the page's own origin. */
  url?: string;
  /** A publishable key: everybody can read it. A backend's key has no place in a page. */
  key?: string;
  /** Who this is, if the shop knows better than a browser does, which mints an id and keeps it. */
  visitorId?: string;
  /** Hears of each event that was not learned, and why; without it the console does. */
  onProblem?: OnProblem;
  /** How long `recommend`, `similar` and `trending` may take, retries included: 2,000. */
  timeoutMs?: number;
  /** How long one batch of events may be under way: 10,000. */
  feedbackTimeoutMs?: number;
  /** How long `recommend` waits for events that are just being sent: 300. */
  settleMs?: number;
  /** How long half of an element must be in view to count as seen: 1,000. */
  visibleMs?: number;
  /** How many events may wait; beyond it the oldest is dropped and told: 500. */
  eventsMax?: number;
  /** For how long an event is kept, at most: three days. A server forgets the ids of events after a week. */
  ageMsMax?: number;
  /** Where events and the visitor's id are kept: localStorage. */
  shelf?: Shelf;
}

/** What there is to say of what the visitor did. */
export interface TrackDetails extends EventDetails {
  /** The slate that led here: its token goes with the event, and `position` is found in it. */
  slate?: SlateRef;
}
