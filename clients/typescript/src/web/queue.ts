import type { Lease } from "./lease.js";
import type { Shelf } from "./shelf.js";
import type { WireEvent } from "./wire-event.js";

export const BATCH_EVENTS_MAX = 100;
/** A page may have at most 64 kB of `keepalive` requests and beacons in progress. */
export const BATCH_CHARACTERS_MAX = 24_000;

/** A waiting event, with its size as JSON. */
interface Waiting {
  readonly event: WireEvent;
  readonly atMs: number;
  readonly size: number;
  taken: boolean;
}

/** The limits of the queue. */
export interface Bounds {
  eventsMax: number;
  ageMsMax: number;
}

/**
 * Events in order of arrival, each on the shelf under its own name until it is settled: tabs that share the shelf never
 * write the same name, so none loses another's event. An event belongs to the tab that stored it; another tab adopts the
 * events of a closed one. Two tabs that adopt at the same moment may send an event twice; it is learned once.
 */
export class Queue {
  readonly #shelf: Shelf;
  readonly #lease: Lease;
  readonly #prefix: string;
  readonly #bounds: Bounds;
  readonly #now: () => number;
  #waiting: Waiting[] = [];

  constructor(shelf: Shelf, lease: Lease, space: string, bounds: Bounds, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#lease = lease;
    this.#prefix = `${space}event:`;
    this.#bounds = bounds;
    this.#now = now;
  }

  /** Keep an event; return the events that were dropped for it. */
  add(event: WireEvent): WireEvent[] {
    const atMs = this.#now();
    this.#waiting.push({ event, atMs, size: this.#keep(event, atMs), taken: false });
    return this.#dropBeyondBounds();
  }

  /** Return the next batch; its events stay in the queue until they are settled or given back. */
  take(): WireEvent[] {
    const batch: WireEvent[] = [];
    let left = BATCH_CHARACTERS_MAX;
    for (const waiting of this.#waiting.filter(({ taken }) => !taken)) {
      left -= waiting.size;
      if (batch.length && (left < 0 || batch.length >= BATCH_EVENTS_MAX)) break;
      waiting.taken = true;
      batch.push(waiting.event);
    }
    return batch;
  }

  /** Mark these events as no longer in progress. */
  giveBack(events: readonly WireEvent[]): void {
    const ids = idsOf(events);
    for (const waiting of this.#waiting) if (ids.has(waiting.event.eventId)) waiting.taken = false;
  }

  /** Mark all events as no longer in progress. */
  giveBackAll(): void {
    for (const waiting of this.#waiting) waiting.taken = false;
  }

  /** Remove events: they are answered, or lost and reported. */
  settle(events: readonly WireEvent[]): void {
    const ids = idsOf(events);
    this.#waiting = this.#waiting.filter(({ event }) => !ids.has(event.eventId));
    for (const id of ids) this.#shelf.remove(this.#prefix + id);
  }

  /** Take the events of closed tabs; return those that are dropped as too old or too many. */
  adopt(): WireEvent[] {
    const mine = idsOf(this.#waiting.map(({ event }) => event));
    const found = this.#shelf.names(this.#prefix).map((name) => this.#read(name));
    const orphans = found
      .filter((kept) => kept !== undefined)
      .filter((kept) => !mine.has(kept.event.eventId) && !this.#lease.isAlive(kept.owner));
    for (const { event, atMs } of orphans) {
      this.#waiting.push({ event, atMs, size: this.#keep(event, atMs), taken: false });
    }
    this.#waiting.sort((one, other) => one.atMs - other.atMs);
    return this.#dropBeyondBounds();
  }

  /** The number of events that are not settled. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether there are events that are not in progress. */
  get hasFree(): boolean {
    return this.#waiting.some(({ taken }) => !taken);
  }

  /** The ids of all events that are not settled. */
  get ids(): Set<string> {
    return idsOf(this.#waiting.map(({ event }) => event));
  }

  #keep(event: WireEvent, atMs: number): number {
    const text = JSON.stringify({ owner: this.#lease.id, atMs, event });
    this.#shelf.put(this.#prefix + event.eventId, text); // with a full shelf it lives as long as the page
    return text.length;
  }

  #read(name: string): { owner: string; atMs: number; event: WireEvent } | undefined {
    try {
      const kept = JSON.parse(this.#shelf.get(name) ?? "");
      if (typeof kept.event.eventId === "string" && typeof kept.atMs === "number") return kept;
    } catch {
      // not written by this client, or cut off
    }
    this.#shelf.remove(name);
    return undefined;
  }

  #dropBeyondBounds(): WireEvent[] {
    const free = this.#waiting.filter(({ taken }) => !taken);
    const surplus = Math.max(0, this.#waiting.length - this.#bounds.eventsMax);
    const oldestMs = this.#now() - this.#bounds.ageMsMax;
    const dropped = free.filter(({ atMs }, n) => n < surplus || atMs < oldestMs).map(({ event }) => event);
    this.settle(dropped);
    return dropped;
  }
}

function idsOf(events: readonly WireEvent[]): Set<string> {
  return new Set(events.map(({ eventId }) => eventId));
}
