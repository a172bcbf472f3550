import { CanceledError, Code, failure, type HeadwaterError, isAway, toHeadwaterError } from "../core/errors.js";
import { type FeedbackAnswer, isLearned } from "../core/events.js";
import { pause, within } from "../core/retrying.js";
import { BackOff } from "./back-off.js";
import type { OnProblem, ProblemKind } from "./problems.js";
import type { Queue } from "./queue.js";
import { type TrackResult, Waiters } from "./waiters.js";
import type { WireEvent } from "./wire-event.js";

/** The key, the address or the scope is wrong: the same events may do with the next page's. */
const KEPT = new Set([Code.Unauthenticated, Code.PermissionDenied, Code.NotFound, Code.Unimplemented]);

/** How a batch is sent; `hopeful`: nothing has failed lately. */
export type Send = (events: readonly WireEvent[], hopeful: boolean) => Promise<FeedbackAnswer>;

/** Empties the queue, one batch at a time and in order, for as long as it takes. Each event is settled once. */
export class Delivery {
  readonly #queue: Queue;
  readonly #send: Send;
  readonly #tell: OnProblem;
  readonly #onOffset: (offset: string) => void;
  readonly #waiters = new Waiters();
  readonly #told = new Set<string>();
  readonly #backOff = new BackOff();
  #flight: Promise<void> | undefined;
  #halted: HeadwaterError | undefined;
  #closed = false;

  constructor(queue: Queue, send: Send, tell: OnProblem, onOffset: (offset: string) => void) {
    this.#queue = queue;
    this.#send = send;
    this.#tell = tell;
    this.#onOffset = onOffset;
  }

  /** Keep an event and send it soon; the promise holds what became of it. One that is on its way is not sent again. */
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

  /** Try now; a pause that the server asked for is waited out. */
  wake(): void {
    if (!this.#backOff.isOrdered) this.#resume();
  }

  /** Return when what is queued now is settled, or after `timeoutMs`; whether it is. */
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

  /** Send all that is queued now; throw if it cannot be done in time. */
  async flush(timeoutMs: number): Promise<void> {
    const endsMs = Date.now() + timeoutMs;
    this.wake();
    for (;;) {
      if (await this.settled(endsMs - Date.now())) return;
      if (this.#halted) throw this.#halted;
      if (Date.now() >= endsMs || !this.isPausing) break;
      await pause(Math.min(this.#backOff.leftMs, endsMs - Date.now()) + 1);
    }
    throw failure(`${this.#queue.length} events are still on their way; they are kept`, Code.DeadlineExceeded);
  }

  /** Whether a failure is being waited out. */
  get isPausing(): boolean {
    return this.#backOff.isOn;
  }

  /** Tell that events are lost. */
  drop(events: readonly WireEvent[]): void {
    const detail = "it could not be sent in time: the queue was full, or it was too old";
    for (const event of events) this.#lose(event, "dropped", failure(detail, Code.ResourceExhausted));
  }

  /** Send nothing any more. What is queued stays on the shelf. */
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
      if (this.#queue.hasFree && !this.isPausing) this.#start(); // it came just as the last batch ended
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

  /** Send a batch; if one event may be what fails the others, its halves. */
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
      if (event && !isLearned(result)) this.#tell({ kind: result.status as ProblemKind, detail: result.detail, event });
      this.#waiters.resolve({ ...result, offset });
    }
  }

  #refuse(event: WireEvent, error: HeadwaterError): void {
    this.#queue.settle([event]);
    this.#lose(event, "refused", error);
  }

  #lose(event: WireEvent, kind: ProblemKind, error: HeadwaterError): void {
    this.#tell({ kind, detail: error.message, event, error });
    this.#waiters.reject(event.eventId, error);
  }

  #pauseAfter(batch: readonly WireEvent[], error: HeadwaterError): void {
    this.#halted = KEPT.has(error.code) ? error : undefined;
    if (this.#halted) this.#keep(batch, error);
    if (!this.#closed) this.#backOff.begin(error, this.#halted !== undefined, () => this.#resume());
  }

  /** Tell, once for each event, that it cannot be sent for now. */
  #keep(events: readonly WireEvent[], error: HeadwaterError): void {
    const queued = this.#queue.ids;
    for (const event of events.filter(({ eventId }) => queued.has(eventId) && !this.#told.has(eventId))) {
      this.#told.add(event.eventId);
      this.#lose(event, "kept", error);
    }
  }
}

function closed(): CanceledError {
  return new CanceledError("closed before the server answered; the next page sends it", { code: Code.Canceled });
}
