import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Event } from "../core/events.js";
import type { StreamFeedbackRequestSchema } from "../gen/headwater/v1/feedback_service_pb.js";
import { toEvents } from "../wire/events.js";
import { Changes } from "./changes.js";

/** Batches of 1 to 1,000 events. */
export type Batches = Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>;
export type Request = MessageInitShape<typeof StreamFeedbackRequestSchema>;

const UNANSWERED_MAX = 64; // batches; the server processes fewer, the rest is in transit

/** The caller's batches that are not answered yet. Each new connection sends all of them, in order. */
export class Unanswered {
  /** The error of the caller's iterator; thrown after all earlier batches are answered. */
  error: unknown;
  readonly #requests: Request[] = [];
  readonly #changes = new Changes();
  #sent = 0;
  #connection = 0;
  #ended = false;

  constructor(batches: Batches) {
    void this.#readAll(batches);
  }

  /** Whether the caller has no more batches, and all are answered. */
  get isDone(): boolean {
    return this.#ended && !this.#requests.length;
  }

  /** Return the batches for a new connection; the old connection sends no more. */
  connect(): AsyncIterable<Request> {
    this.#connection += 1;
    this.#sent = 0;
    this.#changes.announce();
    return this.#send(this.#connection);
  }

  /** Remove the oldest batch: it is answered. */
  answered(): void {
    this.#requests.shift();
    this.#sent -= 1;
    this.#changes.announce();
  }

  /** Read and send no more batches. */
  stop(): void {
    this.#ended = true;
    this.connect();
  }

  async *#send(connection: number): AsyncGenerator<Request> {
    for (;;) {
      await this.#changes.until(() => this.#connection !== connection || this.#hasUnsent || this.#ended);
      if (this.#connection !== connection || !this.#hasUnsent) return;
      this.#sent += 1;
      yield this.#requests[this.#sent - 1]!;
    }
  }

  get #hasUnsent(): boolean {
    return this.#sent < this.#requests.length;
  }

  /** Read the caller's batches, but only while few are unanswered. */
  async #readAll(batches: Batches): Promise<void> {
    try {
      for await (const batch of batches) {
        if (this.#ended) return;
        this.#requests.push({ events: toEvents(batch) });
        this.#changes.announce();
        await this.#changes.until(() => this.#requests.length < UNANSWERED_MAX || this.#ended);
      }
    } catch (error) {
      this.error = error;
    }
    this.#ended = true;
    this.#changes.announce();
  }
}
