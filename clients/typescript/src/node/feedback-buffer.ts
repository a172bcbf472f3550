import {
  Code,
  failure,
  type HeadwaterError,
  InvalidRequestError,
  isAway,
  OverloadedError,
  toHeadwaterError,
} from "../core/errors.js";
import { type Event, isLearned } from "../core/events.js";
import { backOffMs } from "../core/retrying.js";
import { Backlog, sizeOf } from "./backlog.js";
import { WRITE_MS } from "./catalogue.js";
import { Changes } from "./changes.js";
import type { Client } from "./client.js";

export interface BufferOptions {
  /** With so many on their way `add` waits: 10,000. */
  eventsMax?: number;
  /** A batch goes out with so many events: 500. */
  batchMax?: number;
  /** Or after so long: 200. */
  intervalMs?: number;
  /** How long the same events are tried again while the server is away, late or overloaded: 60,000. */
  patienceMs?: number;
  /** Hears of what was not sent in time, and of what the server refused or did not learn from; else the console does. */
  onLost?: (event: Event, reason: string) => void;
}

/** The buffer was closed: this event would never be sent. */
export class BufferClosedError extends Error {}

/** The buffer stayed full for as long as the caller would wait: this event was not taken. */
export class BufferFullError extends Error {}

const CLOSING_MS = 100; // between tries once the buffer is closed

/**
 * Takes events at once and sends them in batches: nothing is lost without a word. Each is learned, or handed to
 * `onLost`. What is on its way keeps the process alive until it is settled; of a process that ends by `process.exit()`
 * the rest is handed to `onLost`. One that is killed loses what is in memory: `close` the buffer on SIGTERM.
 */
export class FeedbackBuffer {
  /** A state that has learned all that was answered so far. */
  offset = "";
  readonly #client: Client;
  readonly #backlog: Backlog;
  readonly #intervalMs: number;
  readonly #patienceMs: number;
  readonly #onLost: BufferOptions["onLost"];
  readonly #changes = new Changes();
  #sending: Promise<void> | undefined;
  #closesMs = Number.POSITIVE_INFINITY;
  #hurry = false;

  constructor(client: Client, options: BufferOptions = {}) {
    const { eventsMax = 10_000, batchMax = 500, intervalMs = 200, patienceMs = 60_000, onLost } = options;
    this.#client = client;
    this.#backlog = new Backlog(eventsMax, batchMax);
    this.#intervalMs = intervalMs;
    this.#patienceMs = patienceMs;
    this.#onLost = onLost;
  }

  /**
   * Take an event; wait while the buffer is full (`BufferFullError` after `timeoutMs`). Await it: that is the
   * back-pressure. Throws for an event that no request can carry.
   */
  async add(event: Event, { timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    sizeOf(event);
    const backlog = this.#backlog;
    const taken = await this.#changes.until(() => this.#isClosed || !backlog.isFull, timeoutMs);
    if (this.#isClosed) throw new BufferClosedError("the buffer is closed");
    if (!taken) throw new BufferFullError(`${backlog.eventsMax} events are on their way`);
    backlog.add(event);
    this.#changes.tell();
    this.#sending ??= this.#sendAll();
  }

  /** Return when all that was added before is learned or lost; throw when that takes longer than `timeoutMs`. */
  async flush({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    const wanted = this.#backlog.added;
    this.#hurry = true;
    this.#changes.tell();
    if (await this.#changes.until(() => this.#backlog.settled >= wanted, timeoutMs)) return;
    throw failure(`${wanted - this.#backlog.settled} events are still on their way`, Code.DeadlineExceeded);
  }

  /** Send what is left, take nothing any more. What `timeoutMs` is too short for is lost, and told. */
  async close({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.#closesMs = Math.min(this.#closesMs, performance.now() + timeoutMs);
    this.#changes.tell();
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #isClosed(): boolean {
    return this.#closesMs !== Number.POSITIVE_INFINITY;
  }

  /** Send until nothing waits. */
  async #sendAll(): Promise<void> {
    const onExit = (): void => this.#lose(this.#backlog.takeAll(), "the process ended");
    process.once("exit", onExit);
    while (!this.#backlog.isEmpty) {
      await this.#changes.until(() => this.#hurry || this.#isClosed || this.#backlog.isDue, this.#intervalMs);
      await this.#send(this.#backlog.take(), performance.now());
      this.#backlog.settle();
      this.#changes.tell();
    }
    this.#hurry = false;
    this.#sending = undefined;
    process.off("exit", onExit);
  }

  /** Send a batch until it is answered or given up; if one event may be what fails the others, its halves. */
  async #send(batch: readonly Event[], beganMs: number): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#try(batch, beganMs);
      } catch (thrown) {
        const error = toHeadwaterError(thrown);
        if (batch.length > 1 && isOfOne(error)) return await this.#sendHalves(batch, beganMs);
        if (isAway(error) && (await this.#waited(beganMs, tries, error))) continue;
        return this.#lose(batch, `${error.name}: ${error.message}`);
      }
    }
  }

  async #sendHalves(batch: readonly Event[], beganMs: number): Promise<void> {
    const middle = batch.length >> 1;
    await this.#send(batch.slice(0, middle), beganMs);
    await this.#send(batch.slice(middle), beganMs);
  }

  async #try(batch: readonly Event[], beganMs: number): Promise<void> {
    const leftMs = this.#givesUpMs(beganMs) - performance.now();
    const answer = await this.#client.feedback(batch, { timeoutMs: Math.max(50, Math.min(WRITE_MS, leftMs)) });
    this.offset = answer.offset;
    answer.results.forEach((result, n) => {
      if (!isLearned(result)) this.#lose([batch[n]!], `${result.status}: ${result.detail}`);
    });
  }

  /** Wait before the next try; return whether there is time for one. */
  async #waited(beganMs: number, tries: number, error: HeadwaterError): Promise<boolean> {
    const delayMs = Math.max(error.retryAfterMs ?? 0, backOffMs(tries, 100, 5000));
    if (!(await this.#changes.until(() => this.#isClosed, delayMs)))
      return this.#givesUpMs(beganMs) > performance.now();
    await new Promise((resolve) => setTimeout(resolve, CLOSING_MS));
    return this.#givesUpMs(beganMs) > performance.now();
  }

  #givesUpMs(beganMs: number): number {
    return Math.min(beganMs + this.#patienceMs, this.#closesMs);
  }

  #lose(events: readonly Event[], reason: string): void {
    for (const event of events) {
      try {
        if (this.#onLost) this.#onLost(event, reason);
        else console.warn(`headwater: event ${event.eventId} was not learned: ${reason}`);
      } catch (error) {
        console.error("headwater: onLost failed", error); // it must not lose the other events
      }
    }
  }
}

/** Whether one event of the batch may be what fails the others. */
function isOfOne(error: HeadwaterError): boolean {
  return error instanceof InvalidRequestError || (error instanceof OverloadedError && !isAway(error));
}
