/** Calls that may be repeated go on after a connection that is lost, or a server that is away. */

import pRetry from "p-retry";

import { ApiError } from "../api/errors";

const RETRIES = { retries: 10, minTimeout: 250, maxTimeout: 10_000, randomize: true };

/** The answer of `ask`, which is repeated while nothing answers or there is too much to do. Stops at `signal`. */
export function patiently<Answer>(ask: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  const shouldRetry = ({ error }: { error: Error }) => error instanceof ApiError && (error.isUnavailable || error.status === 429);
  return pRetry(ask, { ...RETRIES, shouldRetry, ...(signal ? { signal } : {}) });
}
