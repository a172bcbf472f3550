import type { Lease } from "./lease.js";
import type { Shelf } from "./shelf.js";
import type { WireEvent } from "./wire-event.js";

export const BATCH_EVENTS_MAX = 100;
/** A page may have 64 kB of `keepalive` requests and beacons under way in all. */
export const BATCH_CHARACTERS_MAX = 24_000;

/** An event that waits, with its size as JSON. */
interface Waiting {
  readonly event: WireEvent;
  readonly atMs: number;
  readonly size: number;
  taken: boolean;
}

/** What the queue keeps, and for how long. */
export interface Bounds {
  eventsMax: number;
  ageMsMax: number;
}

/**
 * Events in the order they came, each on the shelf under a name of its own until it is settled: tabs that share the
 * shelf never write the same name, so none loses another's. An event belongs to the tab that keeps it; those of a tab
 * that is gone are adopted. Two that adopt at the same moment may send it twice, which is learned once.
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

  /** Keep an event; return what had to go for it. */
  add(event: WireEvent): WireEvent[] {
    const atMs = this.#now();
    this.#waiting.push({ event, atMs, size: this.#keep(event, atMs), taken: false });
    return this.#dropBeyondBounds();
  }

  /** Return the next batch; it stays in the queue until it is settled or given back. */
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

  /** Say that these are not under way any more. */
  giveBack(events: readonly WireEvent[]): void {
    const ids = idsOf(events);
    for (const waiting of this.#waiting) if (ids.has(waiting.event.eventId)) waiting.taken = false;
  }

  /** Say that nothing is under way any more. */
  giveBackAll(): void {
    for (const waiting of this.#waiting) waiting.taken = false;
  }

  /** Forget events: they are answered, or lost and told so. */
  settle(events: readonly WireEvent[]): void {
    const ids = idsOf(events);
    this.#waiting = this.#waiting.filter(({ event }) => !ids.has(event.eventId));
    for (const id of ids) this.#shelf.remove(this.#prefix + id);
  }

  /** Take over what tabs left behind that are gone; return what is too old, or too much, to be sent. */
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

  /** How many are not settled yet. */
  get length(): number {
    return this.#waiting.length;
  }

  /** Whether there is something that is not under way. */
  get hasFree(): boolean {
    return this.#waiting.some(({ taken }) => !taken);
  }

  /** The ids of all that is not settled yet. */
  get ids(): Set<string> {
    return idsOf(this.#waiting.map(({ event }) => event));
  }

  #keep(event: WireEvent, atMs: number): number {
    const text = JSON.stringify({ owner: this.#lease.id, atMs, event });
    this.#shelf.put(this.#prefix + event.eventId, text); // a full shelf: it lives as long as the page
    return text.length;
  }

  #read(name: string): { owner: string; atMs: number; event: WireEvent } | undefined {
    try {
      const kept = JSON.parse(this.#shelf.get(name) ?? "");
      if (typeof kept.event.eventId === "string" && typeof kept.atMs === "number") return kept;
    } catch {
      // not ours, or cut off
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
