import { type EventDetails, newEvent } from "../core/events.js";
import { orFallback } from "../core/fallback.js";
import type { ItemList, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
import type { CallOptions, Fallback, Question, Slate } from "../core/recommendations.js";
import { named } from "../wire/recommendations.js";
import { Freshness } from "./freshness.js";
import { Impressions } from "./impressions.js";
import type { Options, TrackDetails } from "./options.js";
import { Outbox } from "./outbox.js";
import { onPageLife } from "./page-life.js";
import { problemHandler } from "./problems.js";
import { Recommender } from "./recommender.js";
import { openShelf } from "./shelf.js";
import type { SlateRef } from "./slate-ref.js";
import { visitorOf } from "./visitor.js";
import type { TrackResult } from "./waiters.js";
import { checkDetails, wireEvent } from "./wire-event.js";

const DAY_MS = 86_400_000;

/** The client of one page: lists for its visitor, and the visitor's events. */
export class Headwater {
  /** The id of this browser's visitor; created at the first visit, and kept. */
  readonly visitorId: string;
  readonly #recommender: Recommender;
  readonly #outbox: Outbox;
  readonly #impressions: Impressions;
  readonly #settleMs: number;
  readonly #stopListening: () => void;

  constructor(options: Options = {}) {
    const { key = "", timeoutMs = 2000, feedbackTimeoutMs = 10_000, visibleMs = 1000 } = options;
    const { eventsMax = 500, ageMsMax = 3 * DAY_MS, shelf = openShelf() } = options;
    const url = absolute(options.url ?? "");
    const space = `headwater:${url}:`;
    const freshness = new Freshness(shelf, space);
    this.visitorId = options.visitorId || visitorOf(shelf);
    this.#settleMs = options.settleMs ?? 300;
    this.#recommender = new Recommender(url, key, timeoutMs, freshness);
    this.#outbox = new Outbox({
      url,
      key,
      space,
      shelf,
      eventsMax,
      ageMsMax,
      timeoutMs: feedbackTimeoutMs,
      report: problemHandler(options.onProblem),
      onOffset: (offset) => freshness.learned(offset),
    });
    this.#impressions = new Impressions(visibleMs, (slate, items) => void this.#add("impression", { slate, items }));
    this.#stopListening = onPageLife(this.#life);
  }

  /** Return the visitor's recommendations. Events tracked before are learned first, if that is fast enough. */
  async recommend(question: Question & CallOptions & Fallback = {}): Promise<Slate> {
    const asked = named(question);
    await this.#outbox.settled(this.#settleMs);
    return this.#recommender.recommend(this.visitorId, asked).catch((error) => orFallback(error, asked));
  }

  /** Return items related to the given ones. */
  similar(question: SimilarQuestion & CallOptions): Promise<ItemList> {
    return this.#recommender.similar(question);
  }

  /** Return trending items. */
  trending(question: TrendingQuestion & CallOptions = {}): Promise<ItemList> {
    return this.#recommender.trending(question);
  }

  /**
   * Report an action of the visitor. The event is stored immediately, and sent until the server answers: also after a
   * lost network, a reload or a closed tab. The promise is its result; you need not wait for it.
   */
  track(eventType: string, details: TrackDetails = {}): Promise<TrackResult> {
    checkDetails(details);
    if (details.slate && eventType !== "impression") this.#impressions.acted(details.slate, itemIds(details));
    return this.#add(eventType, details);
  }

  /**
   * Report the items of a slate as seen, each once, when half of its element was in view for a moment. `elements` are in
   * slot order. Returns a function that stops it. Watching the same slate again, drawn again, counts no item twice.
   */
  watch(slate: SlateRef, elements: Iterable<Element | null | undefined>): () => void {
    return this.#impressions.watch(slate, elements);
  }

  /** Send all waiting events, and return when they are answered; throw, and keep them, if that takes too long. */
  async flush({ timeoutMs = 5000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.#impressions.flush();
    await this.#outbox.flush(timeoutMs);
  }

  /** Stop watching and sending. Waiting events are handed to the browser, and kept for the next page. */
  close(): void {
    this.#stopListening();
    this.#impressions.close();
    this.#outbox.close();
  }

  readonly #life = {
    hidden: (): void => {
      this.#impressions.pageHidden();
      this.#outbox.wake();
    },
    shown: (): void => {
      this.#impressions.pageShown();
      this.#outbox.wake();
    },
    left: (): void => {
      this.#impressions.pageHidden();
      this.#outbox.leave();
    },
    back: (): void => this.#outbox.comeBack(),
    online: (): void => this.#outbox.wake(),
  };

  #add(eventType: string, { slate, ...details }: TrackDetails): Promise<TrackResult> {
    const token = details.attributionToken ?? slate?.attributionToken;
    const position = details.position ?? (eventType === "impression" ? undefined : slot(slate, details));
    const event = newEvent(eventType, this.visitorId, { ...details, attributionToken: token, position });
    return this.#outbox.add(wireEvent(event, Date.now()));
  }
}

function itemIds({ items = [] }: EventDetails): string[] {
  return items.map((item) => (typeof item === "string" ? item : item.itemId));
}

/** Return the slot of the first item, from 1. */
function slot(slate: SlateRef | undefined, details: EventDetails): number | undefined {
  const [first] = itemIds(details);
  const index = first === undefined ? -1 : (slate?.itemIds.indexOf(first) ?? -1);
  return index < 0 ? undefined : index + 1;
}

function absolute(url: string): string {
  return (url || globalThis.location?.origin || "").replace(/\/+$/, "");
}
