import { Code, failure, type HeadwaterError, retryHeaderMs } from "../core/errors.js";
import type { EventResult, EventStatus, FeedbackAnswer } from "../core/events.js";
import type { WireEvent } from "./wire-event.js";

/** A gateway that says only that there is too much gets this long to breathe. */
const OVERLOADED_MS = 1000;
const CODE_OF_STATUS: Record<number, Code> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  408: Code.DeadlineExceeded,
  413: Code.ResourceExhausted,
  415: Code.InvalidArgument,
  429: Code.ResourceExhausted,
  499: Code.Canceled,
  501: Code.Unimplemented,
  504: Code.DeadlineExceeded,
};

/** Sends batches of events to one gateway. */
export class Post {
  readonly #url: string;
  readonly #key: string;
  readonly #timeoutMs: number;

  constructor(url: string, key: string, timeoutMs: number) {
    this.#url = `${url}/v1/feedback`;
    this.#key = key;
    this.#timeoutMs = timeoutMs;
  }

  /** Whether a request goes on when its page is gone. */
  static get keepsAlive(): boolean {
    return "keepalive" in (globalThis.Request?.prototype ?? {});
  }

  /** Send a batch and return what became of it; `keepalive`: also if the page is left meanwhile. */
  async send(events: readonly WireEvent[], keepalive: boolean): Promise<FeedbackAnswer> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), this.#timeoutMs);
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: { "content-type": "application/json", ...this.#authorization },
        body: JSON.stringify({ events }),
        keepalive,
        signal: abort.signal,
        credentials: "omit",
      });
      const body: unknown = await response.json().catch(() => undefined);
      if (!response.ok) throw errorOf(response, body);
      return answerOf(body);
    } catch (thrown) {
      throw networkError(thrown, abort.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Hand a batch to the browser, which sends it when the page is gone; nobody hears the answer. As text, since that
   * asks no leave of another origin first; with the key in the address, since a beacon has no headers.
   */
  beacon(events: readonly WireEvent[]): boolean {
    const address = this.#key ? `${this.#url}?key=${encodeURIComponent(this.#key)}` : this.#url;
    return globalThis.navigator?.sendBeacon?.(address, JSON.stringify({ events })) ?? false;
  }

  get #authorization(): Record<string, string> {
    return this.#key ? { authorization: `Bearer ${this.#key}` } : {};
  }
}

/** Return the error for what `fetch` threw: no network, an origin that is not let in, or no answer in time. */
export function networkError(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return failure("no answer in time", Code.DeadlineExceeded, { cause: thrown });
  if (!(thrown instanceof TypeError)) return thrown;
  return failure(`${thrown.message}: no network, or this origin is not let in`, Code.Unavailable, { cause: thrown });
}

interface ErrorBody {
  code?: number;
  message?: string;
  details?: { fieldViolations?: { field?: string; description?: string }[]; retryDelay?: string }[];
}

/** Read an error as the gateway writes it: google.rpc.Status as JSON, or at least HTTP's own status. */
export function errorOf(response: Response, body: unknown): HeadwaterError {
  const told = (body ?? {}) as ErrorBody;
  const code = codeOf(response.status, told.code);
  const details = Array.isArray(told.details) ? told.details : [];
  const violations = details.flatMap(({ fieldViolations }) => fieldViolations ?? []);
  const delay = Number.parseFloat(details.find(({ retryDelay }) => retryDelay)?.retryDelay ?? "");
  const waitMs = Number.isNaN(delay) ? retryHeaderMs(response.headers) : delay * 1000;
  return failure(told.message || `HTTP ${response.status}`, code, {
    fieldViolations: violations.map(({ field = "", description = "" }) => ({ field, description })),
    retryAfterMs: waitMs ?? (response.status === 429 ? OVERLOADED_MS : undefined),
  });
}

function codeOf(status: number, told: number | undefined): Code {
  if (told !== undefined && told > 0 && told <= Code.Unauthenticated) return told;
  return CODE_OF_STATUS[status] ?? (status >= 500 ? Code.Unavailable : Code.Unknown);
}

const STATUSES: Record<string, EventStatus> = {
  EVENT_STATUS_CREATED: "created",
  EVENT_STATUS_EXISTS: "exists",
  EVENT_STATUS_CONFLICT: "conflict",
  EVENT_STATUS_QUARANTINED: "quarantined",
};

function answerOf(body: unknown): FeedbackAnswer {
  const { results, offset } = (body ?? {}) as {
    results?: { eventId: string; status: string; detail?: string }[];
    offset?: string;
  };
  if (!Array.isArray(results)) throw failure("what answered is no Headwater: is `url` right?", Code.NotFound);
  return { results: results.map(resultOf), offset: offset ?? "" };
}

function resultOf(told: { eventId: string; status: string; detail?: string }): EventResult {
  const status = STATUSES[told.status] ?? "quarantined";
  return { eventId: told.eventId, status, detail: told.detail ?? "" };
}
