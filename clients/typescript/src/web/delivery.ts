import { CanceledError, Code, failure, type HeadwaterError, isAway, toHeadwaterError } from "../core/errors.js";
import { type FeedbackAnswer, isLearned } from "../core/events.js";
import { pause, within } from "../core/retrying.js";
import { BackOff } from "./back-off.js";
import type { OnProblem, ProblemKind } from "./problems.js";
import type { Queue } from "./queue.js";
import { type TrackResult, Waiters } from "./waiters.js";
import type { WireEvent } from "./wire-event.js";

/** The key, the address or the scope is wrong: the next page may have the right one. */
const KEPT = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.NotFound, Code.Unimplemented]);

/** Sends a batch; `hopeful`: the last try succeeded. */
export type Send = (events: readonly WireEvent[], hopeful: boolean) => Promise<FeedbackAnswer>;

/** Sends the queue, one batch at a time and in order, until it is empty. Each event is settled once. */
export class Delivery {
  readonly #queue: Queue;
  readonly #send: Send;
  readonly #report: OnProblem;
  readonly #onOffset: (offset: string) => void;
  readonly #waiters = new Waiters();
  readonly #reported = new Set<string>();
  readonly #backOff = new BackOff();
  #flight: Promise<void> | undefined;
  #halted: HeadwaterError | undefined;
  #closed = false;

  constructor(queue: Queue, send: Send, report: OnProblem, onOffset: (offset: string) => void) {
    this.#queue = queue;
    this.#send = send;
    this.#report = report;
    this.#onOffset = onOffset;
  }

  /** Keep an event and send it soon; the promise is its result. An event in progress is not sent again. */
  add(event: WireEvent): Promise<TrackResult> {
    const underWay = this.#waiters.find(event.eventId);
    if (underWay) return underWay;
    const promise = this.#waiters.promise(event.eventId);
    this.drop(this.#queue.add(event));
    if (this.#halted) this.#keep([event], this.#halted);
    if (this.#closed) this.#waiters.reject(event.eventId, closed());
    else if (!this.isPausing) queueMicrotask(() => this.#start());
    return promise;
  }

  /** Try now, unless the server asked for a pause. */
  wake(): void {
    if (!this.#backOff.isOrdered) this.#resume();
  }

  /** Wait until all events queued now are settled, or for `timeoutMs`; return whether they are. */
  async settled(timeoutMs: number): Promise<boolean> {
    const wanted = this.#queue.ids;
    const endsMs = Date.now() + timeoutMs;
    const waits = (): boolean => [...this.#queue.ids].some((id) => wanted.has(id));
    while (waits() && Date.now() < endsMs && !this.isPausing) {
      this.#start();
      if (!this.#flight) break;
      await within(this.#flight, endsMs - Date.now());
    }
    return !waits();
  }

  /** Send all events queued now; throw if that takes too long. */
  async flush(timeoutMs: number): Promise<void> {
    const endsMs = Date.now() + timeoutMs;
    this.wake();
    for (;;) {
      if (await this.settled(endsMs - Date.now())) return;
      if (this.#halted) throw this.#halted;
      if (Date.now() >= endsMs || !this.isPausing) break;
      await pause(Math.min(this.#backOff.leftMs, endsMs - Date.now()) + 1);
    }
    throw failure(`${this.#queue.length} events are still in progress; they are kept`, Code.DeadlineExceeded);
  }

  /** Whether it pauses after a failure. */
  get isPausing(): boolean {
    return this.#backOff.isOn;
  }

  /** Report events as lost. */
  drop(events: readonly WireEvent[]): void {
    const detail = "not sent in time: the queue was full, or the event was too old";
    for (const event of events) this.#lose(event, "dropped", failure(detail, Code.ResourceExhausted));
  }

  /** Send no more events. Queued ones stay on the shelf. */
  close(): void {
    this.#closed = true;
    this.#backOff.end();
    this.#waiters.rejectAll(closed());
  }

  #resume(): void {
    this.#backOff.end();
    this.#start();
  }

  #start(): void {
    if (this.#flight || this.#closed) return;
    this.#flight = this.#run().finally(() => {
      this.#flight = undefined;
      if (this.#queue.hasFree && !this.isPausing) this.#start(); // an event arrived just as the last batch ended
    });
  }

  async #run(): Promise<void> {
    for (let batch = this.#queue.take(); batch.length && !this.#closed; batch = this.#queue.take()) {
      try {
        await this.#deliver(batch);
        this.#backOff.succeeded();
        this.#halted = undefined;
      } catch (thrown) {
        this.#queue.giveBack(batch);
        this.#pauseAfter(batch, toHeadwaterError(thrown));
        return;
      }
    }
  }

  /** Send a batch. If one event may have failed the batch, send its halves. */
  async #deliver(batch: readonly WireEvent[]): Promise<void> {
    try {
      this.#settle(batch, await this.#send(batch, this.#backOff.isHopeful));
    } catch (thrown) {
      const error = toHeadwaterError(thrown);
      if (isAway(error) || error instanceof CanceledError || KEPT.has(error.code)) throw error;
      if (batch.length === 1) return this.#refuse(batch[0]!, error);
      const middle = batch.length >> 1;
      await this.#deliver(batch.slice(0, middle));
      await this.#deliver(batch.slice(middle));
    }
  }

  #settle(batch: readonly WireEvent[], { results, offset }: FeedbackAnswer): void {
    this.#onOffset(offset);
    this.#queue.settle(batch);
    const events = new Map(batch.map((event) => [event.eventId, event]));
    for (const result of results) {
      const event = events.get(result.eventId);
      if (event && !isLearned(result))
        this.#report({ kind: result.status as ProblemKind, detail: result.detail, event });
      this.#waiters.resolve({ ...result, offset });
    }
  }

  #refuse(event: WireEvent, error: HeadwaterError): void {
    this.#queue.settle([event]);
    this.#lose(event, "refused", error);
  }

  #lose(event: WireEvent, kind: ProblemKind, error: HeadwaterError): void {
    this.#report({ kind, detail: error.message, event, error });
    this.#waiters.reject(event.eventId, error);
  }

  #pauseAfter(batch: readonly WireEvent[], error: HeadwaterError): void {
    this.#halted = KEPT.has(error.code) ? error : undefined;
    if (this.#halted) this.#keep(batch, error);
    if (!this.#closed) this.#backOff.begin(error, this.#halted !== undefined, () => this.#resume());
  }

  /** Report, once for each event, that it cannot be sent now. */
  #keep(events: readonly WireEvent[], error: HeadwaterError): void {
    const queued = this.#queue.ids;
    for (const event of events.filter(({ eventId }) => queued.has(eventId) && !this.#reported.has(eventId))) {
      this.#reported.add(event.eventId);
      this.#lose(event, "kept", error);
    }
  }
}

function closed(): CanceledError {
  return new CanceledError("closed before the server answered; the next page sends it", { code: Code.Canceled });
}
