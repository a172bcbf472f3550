import { Code, failure, isAway, toHeadwaterError } from "../core/errors.js";
import type { FeedbackAnswer } from "../core/events.js";
import { backOffMs, pause } from "../core/retrying.js";
import type { StreamFeedbackResponse } from "../gen/headwater/v1/feedback_service_pb.js";
import { feedbackAnswer } from "../wire/events.js";
import { asAway } from "./connection.js";
import { type Batches, type Request, Unanswered } from "./unanswered.js";

type Open = (requests: AsyncIterable<Request>, signal: AbortSignal) => AsyncIterable<StreamFeedbackResponse>;

/** Yield an answer for each batch, in order; reconnect as often as necessary. */
export async function* streamed(
  open: Open,
  batches: Batches,
  { patienceMs = 60_000, signal }: { patienceMs?: number; signal?: AbortSignal },
): AsyncGenerator<FeedbackAnswer> {
  if (!(patienceMs >= 0)) throw new RangeError("patienceMs is at least 0");
  const unanswered = new Unanswered(batches);
  let [failures, sinceMs] = [0, 0];
  try {
    while (!unanswered.isDone) {
      try {
        for await (const response of connected(open, unanswered, signal)) {
          failures = 0;
          yield feedbackAnswer(response);
        }
        failures = 0;
      } catch (thrown) {
        const error = toHeadwaterError(asAway(thrown, signal));
        failures += 1;
        if (failures === 1) sinceMs = performance.now();
        if (!isAway(error) || signal?.aborted || performance.now() - sinceMs > patienceMs) throw error;
        await pause(Math.max(error.retryAfterMs ?? 0, backOffMs(failures, 100, 5000)), signal);
      }
    }
    if (unanswered.error !== undefined) throw unanswered.error;
  } finally {
    unanswered.stop();
  }
}

/** Send all unanswered batches on one connection, and yield its answers. */
async function* connected(
  open: Open,
  unanswered: Unanswered,
  signal: AbortSignal | undefined,
): AsyncGenerator<StreamFeedbackResponse> {
  const abort = new AbortController();
  const signals = signal ? AbortSignal.any([signal, abort.signal]) : abort.signal;
  try {
    for await (const response of open(unanswered.connect(), signals)) {
      unanswered.answered();
      yield response;
    }
    if (!unanswered.isDone) throw failure("the stream ended before all batches were answered", Code.Unavailable);
  } finally {
    abort.abort(); // a caller that stops reading leaves no open call
  }
}
