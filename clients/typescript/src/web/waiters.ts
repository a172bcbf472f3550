import type { EventResult } from "../core/events.js";

/** The result of an event, and the offset of a state that has learned it. */
export interface TrackResult extends EventResult {
  offset: string;
}

interface Waiter {
  promise: Promise<TrackResult>;
  resolve(result: TrackResult): void;
  reject(error: Error): void;
}

/** The promises of `track`, by event. An unhandled rejection is silent: `onProblem` reports it. */
export class Waiters {
  readonly #waiters = new Map<string, Waiter>();

  promise(eventId: string): Promise<TrackResult> {
    let settle: Pick<Waiter, "resolve" | "reject"> | undefined;
    const promise = new Promise<TrackResult>((resolve, reject) => {
      settle = { resolve, reject };
    });
    promise.catch(() => {});
    this.#waiters.set(eventId, { promise, ...settle! });
    return promise;
  }

  /** Return the promise of an event in progress. */
  find(eventId: string): Promise<TrackResult> | undefined {
    return this.#waiters.get(eventId)?.promise;
  }

  resolve(result: TrackResult): void {
    this.#take(result.eventId)?.resolve(result);
  }

  reject(eventId: string, error: Error): void {
    this.#take(eventId)?.reject(error);
  }

  rejectAll(error: Error): void {
    for (const eventId of [...this.#waiters.keys()]) this.reject(eventId, error);
  }

  #take(eventId: string): Waiter | undefined {
    const waiter = this.#waiters.get(eventId);
    this.#waiters.delete(eventId);
    return waiter;
  }
}
