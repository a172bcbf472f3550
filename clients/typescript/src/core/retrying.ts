import {
  DeadlineExceededError,
  type HeadwaterError,
  OverloadedError,
  toHeadwaterError,
  UnavailableError,
} from "./errors.js";
import type { CallOptions } from "./recommendations.js";

/** How often a call is tried, and how long it waits in between. */
export interface Retries {
  triesMax: number;
  firstMs: number;
  multiplier: number;
}

/** About 0.35 s in total, so that the caller gets the error of a server that is down within a second. */
export const READING: Retries = { triesMax: 4, firstMs: 50, multiplier: 2 };
/** About 2.3 s in total: long enough for a restart. For calls with their own id, or that may be repeated. */
export const REPEATABLE: Retries = { triesMax: 5, firstMs: 100, multiplier: 3 };
/** For writes: after a lost answer, a repeated write could undo a newer one. */
export const ONCE: Retries = { triesMax: 1, firstMs: 0, multiplier: 1 };

const DELAY_MS_MAX = 1000;
const TIMEOUT_MS_MAX = 99_999_999; // gRPC's header has eight digits; and a timer of 2 ** 31 ms would end at once

/** Repeat a call until it succeeds, fails permanently, or its deadline passes. The deadline is for all tries together. */
export async function retrying<Answer>(
  call: (options: { timeoutMs: number; signal: AbortSignal | undefined }) => Promise<Answer>,
  { timeoutMs, signal }: CallOptions & { timeoutMs: number },
  retries: Retries,
): Promise<Answer> {
  const endsMs = performance.now() + deadlineMs(timeoutMs);
  if (signal && !("addEventListener" in Object(signal))) throw new TypeError("signal must be an AbortSignal");
  for (let tries = 1; ; tries++) {
    try {
      const leftMs = Math.ceil(endsMs - performance.now()); // gRPC's header takes whole numbers only
      return await call({ timeoutMs: Math.max(1, leftMs), signal });
    } catch (thrown) {
      const error = toHeadwaterError(thrown);
      const delayMs = delayAfter(error, tries, retries);
      if (tries >= retries.triesMax || !isPassing(error, signal)) throw error;
      if (performance.now() + delayMs >= endsMs) throw error;
      await pause(delayMs, signal);
    }
  }
}

function deadlineMs(timeoutMs: number): number {
  if (typeof timeoutMs === "number" && !Number.isNaN(timeoutMs)) return Math.min(timeoutMs, TIMEOUT_MS_MAX);
  throw new TypeError("timeoutMs must be a number of milliseconds");
}

function delayAfter(error: HeadwaterError, tries: number, retries: Retries): number {
  const planned = Math.min(DELAY_MS_MAX, retries.firstMs * retries.multiplier ** (tries - 1));
  // 20 % random, so that many callers do not return at the same time
  return Math.max(error.retryAfterMs ?? 0, planned * (0.8 + 0.4 * Math.random()));
}

/** Whether the same call may succeed soon: the server is unavailable, stops, or is overloaded. */
function isPassing(error: HeadwaterError, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted || error instanceof DeadlineExceededError) return false;
  return error instanceof UnavailableError || (error instanceof OverloadedError && error.retryAfterMs !== undefined);
}

/** Wait; a signal ends the wait, and the next try then fails with the cancellation. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, delayMs);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    if (signal?.aborted) done();
    else signal?.addEventListener("abort", done);
  });
}

/** Return when the promise is settled, or after `timeoutMs`. */
export async function within(promise: Promise<unknown>, timeoutMs: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise((resolve) => {
    if (timeoutMs !== Number.POSITIVE_INFINITY) timer = setTimeout(resolve, Math.max(0, timeoutMs));
  });
  await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Return how long to wait after so many failures in a row, between `firstMs` and `maxMs`. */
export function backOffMs(failures: number, firstMs: number, maxMs: number): number {
  return Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 20));
}
