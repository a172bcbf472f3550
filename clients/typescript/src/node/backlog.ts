import { create, toBinary } from "@bufbuild/protobuf";
import type { Event } from "../core/events.js";
import { EventSchema } from "../gen/headwater/v1/event_pb.js";
import { toEvent } from "../wire/events.js";

const EVENTS_A_CALL = 1000;
const BATCH_BYTES_MAX = 1_000_000; // a server accepts 4 MiB per call by default

/** Events to send, counted and cut into batches. It never waits; the buffer does. */
export class Backlog {
  added = 0;
  settled = 0;
  readonly eventsMax: number;
  readonly batchMax: number;
  readonly #waiting: { event: Event; bytes: number }[] = [];
  #batch: Event[] = [];

  constructor(eventsMax: number, batchMax: number) {
    if (!(batchMax >= 1 && batchMax <= EVENTS_A_CALL && eventsMax >= 1)) {
      throw new RangeError("batchMax is 1 to 1,000 and eventsMax at least 1");
    }
    this.eventsMax = eventsMax;
    this.batchMax = Math.min(batchMax, eventsMax);
  }

  /** Whether it accepts no more events. Events in progress count, too. */
  get isFull(): boolean {
    return this.added - this.settled >= this.eventsMax;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether there is enough for a batch. */
  get isDue(): boolean {
    return this.#waiting.length >= this.batchMax;
  }

  /** Add an event; throw if no request can contain it. */
  add(event: Event): void {
    this.#waiting.push({ event, bytes: sizeOf(event) });
    this.added += 1;
  }

  /** Return the next batch. */
  take(): Event[] {
    let left = BATCH_BYTES_MAX;
    while (this.#waiting.length && this.#batch.length < this.batchMax) {
      left -= this.#waiting[0]!.bytes;
      if (this.#batch.length && left < 0) break;
      this.#batch.push(this.#waiting.shift()!.event);
    }
    return this.#batch;
  }

  /** Mark the last batch as learned, or as lost and reported. */
  settle(): void {
    this.settled += this.#batch.length;
    this.#batch = [];
  }

  /** Give up all events in progress, and return them. */
  takeAll(): Event[] {
    const rest = [...this.#batch, ...this.#waiting.splice(0).map(({ event }) => event)];
    this.#batch = [];
    this.settled = this.added;
    return rest;
  }
}

/** Return an event's size in bytes as a message. */
export function sizeOf(event: Event): number {
  return toBinary(EventSchema, create(EventSchema, toEvent(event))).length;
}
