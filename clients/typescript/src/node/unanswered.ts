import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Event } from "../core/events.js";
import type { StreamFeedbackRequestSchema } from "../gen/headwater/v1/feedback_service_pb.js";
import { toEvent } from "../wire/events.js";
import { Changes } from "./changes.js";

/** Batches of 1 to 1,000 events. */
export type Batches = Iterable<readonly Event[]> | AsyncIterable<readonly Event[]>;
export type Request = MessageInitShape<typeof StreamFeedbackRequestSchema>;

const UNANSWERED_MAX = 64; // batches; the server has fewer under way, the rest is on the wire

/** Batches that were drawn from the caller and not answered yet: each connection sends them all, in order. */
export class Unanswered {
  /** What drawing a batch threw; the caller hears it once all before it is answered. */
  error: unknown;
  readonly #requests: Request[] = [];
  readonly #changes = new Changes();
  #sent = 0;
  #connection = 0;
  #ended = false;

  constructor(batches: Batches) {
    void this.#drawAll(batches);
  }

  /** Whether the caller gave all, and all of it is answered. */
  get isDone(): boolean {
    return this.#ended && !this.#requests.length;
  }

  /** Return what a new connection sends; the one before sends nothing more. */
  connect(): AsyncIterable<Request> {
    this.#connection += 1;
    this.#sent = 0;
    this.#changes.tell();
    return this.#send(this.#connection);
  }

  /** Forget the oldest batch: it is answered. */
  answered(): void {
    this.#requests.shift();
    this.#sent -= 1;
    this.#changes.tell();
  }

  /** Draw and send nothing any more. */
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

  /** Take batches from the caller as long as not too many are unanswered. */
  async #drawAll(batches: Batches): Promise<void> {
    try {
      for await (const batch of batches) {
        if (this.#ended) return;
        this.#requests.push({ events: batch.map(toEvent) });
        this.#changes.tell();
        await this.#changes.until(() => this.#requests.length < UNANSWERED_MAX || this.#ended);
      }
    } catch (error) {
      this.error = error;
    }
    this.#ended = true;
    this.#changes.tell();
  }
}
