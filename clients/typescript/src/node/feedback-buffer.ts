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
import { checkFields, type Kinds } from "../wire/kinds.js";
import { Backlog, sizeOf } from "./backlog.js";
import { WRITE_MS } from "./catalogue.js";
import { Changes } from "./changes.js";
import type { Client } from "./client.js";

export interface BufferOptions {
  /** The maximum number of events in progress; then `add` waits. Default: 10,000. */
  eventsMax?: number;
  /** A batch is sent with this number of events; default: 500. */
  batchMax?: number;
  /** Or after this time; default: 200. */
  intervalMs?: number;
  /** How long to try the same events while the server is unavailable, slow or overloaded; default: 60,000. */
  patienceMs?: number;
  /** Called for each event that was not sent in time, or that the server rejected; default: a warning on the console. */
  onLost?: (event: Event, reason: string) => void;
}

/** The buffer is closed: this event is not sent. */
export class BufferClosedError extends Error {}

/** The buffer was full for the whole timeout: this event is not sent. */
export class BufferFullError extends Error {}

const OPTIONS: Kinds = {
  eventsMax: "number", batchMax: "number", intervalMs: "number", patienceMs: "number", onLost: "any",
}; // biome-ignore format: a table
const CLOSING_MS = 100; // between tries once the buffer is closed

/**
 * Accepts events and sends them in batches. Each event is learned or passed to `onLost`. Events in progress keep the
 * process alive. At `process.exit()` the remaining events are passed to `onLost`. A killed process loses the events in
 * memory: `close` the buffer on SIGTERM.
 */
export class FeedbackBuffer {
  /** The offset of a state that has learned all events answered so far. */
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
    checkFields("the options of a buffer", options, OPTIONS);
    const { eventsMax = 10_000, batchMax = 500, intervalMs = 200, patienceMs = 60_000, onLost } = options;
    if (typeof client?.feedback !== "function")
      throw new TypeError("a buffer needs a client: new FeedbackBuffer(client)");
    if (!(intervalMs >= 0 && patienceMs >= 0)) throw new RangeError("intervalMs and patienceMs are at least 0");
    if (onLost && typeof onLost !== "function") throw new TypeError("onLost must be a function");
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
    if (!taken) throw new BufferFullError(`${backlog.eventsMax} events are in progress`);
    backlog.add(event);
    this.#changes.announce();
    this.#sending ??= this.#sendAll();
  }

  /** Wait until all events added before are learned or lost; throw after `timeoutMs`. */
  async flush({ timeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    const wanted = this.#backlog.added;
    this.#hurry = true;
    this.#changes.announce();
    if (await this.#changes.until(() => this.#backlog.settled >= wanted, timeoutMs)) return;
    throw failure(`${wanted - this.#backlog.settled} events are still in progress`, Code.DeadlineExceeded);
  }

  /** Send the remaining events and accept no more. Events not sent within `timeoutMs` are passed to `onLost`. */
  async close({ timeoutMs = 10_000 }: { timeoutMs?: number } = {}): Promise<void> {
    this.#closesMs = Math.min(this.#closesMs, performance.now() + timeoutMs);
    this.#changes.announce();
    await this.#sending;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #isClosed(): boolean {
    return this.#closesMs !== Number.POSITIVE_INFINITY;
  }

  /** Send until no event is left. */
  async #sendAll(): Promise<void> {
    const onExit = (): void => this.#lose(this.#backlog.takeAll(), "the process ended");
    process.once("exit", onExit);
    while (!this.#backlog.isEmpty) {
      await this.#changes.until(() => this.#hurry || this.#isClosed || this.#backlog.isDue, this.#intervalMs);
      await this.#send(this.#backlog.take(), performance.now());
      this.#backlog.settle();
      this.#changes.announce();
    }
    this.#hurry = false;
    this.#sending = undefined;
    process.off("exit", onExit);
  }

  /** Send a batch until it is answered or given up. If one event may have failed the batch, send its halves. */
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

  /** Wait before the next try; return whether there is time for it. */
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
        console.error("headwater: onLost failed", error); // the other events must not be lost
      }
    }
  }
}

/** Whether a single event may have failed the whole batch. */
function isOfOne(error: HeadwaterError): boolean {
  return error instanceof InvalidRequestError || (error instanceof OverloadedError && !isAway(error));
}
