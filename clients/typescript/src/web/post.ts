import { Code, failure, type HeadwaterError, retryHeaderMs } from "../core/errors.js";
import type { EventResult, EventStatus, FeedbackAnswer } from "../core/events.js";
import type { WireEvent } from "./wire-event.js";

/** The pause for an overloaded gateway that names none. */
const OVERLOADED_MS = 1000;
const CODE_OF_STATUS: Record<number, Code> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  404: Code.NotFound,
  408: Code.DeadlineExceeded,
  411: Code.InvalidArgument,
  413: Code.InvalidArgument,
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

  /** Whether a request can continue after its page is closed. */
  static get keepsAlive(): boolean {
    return "keepalive" in (globalThis.Request?.prototype ?? {});
  }

  /** Send a batch and return its results; `keepalive`: also if the page is left meanwhile. */
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
   * Hand a batch to the browser, which sends it after the page is closed; the answer is lost. As text, since that needs
   * no preflight request; with the key in the address, since a beacon has no headers.
   */
  beacon(events: readonly WireEvent[]): boolean {
    const address = this.#key ? `${this.#url}?key=${encodeURIComponent(this.#key)}` : this.#url;
    return globalThis.navigator?.sendBeacon?.(address, JSON.stringify({ events })) ?? false;
  }

  get #authorization(): Record<string, string> {
    return this.#key ? { authorization: `Bearer ${this.#key}` } : {};
  }
}

/** Return the error for an exception of `fetch`: no network, an origin that is not allowed, or no answer in time. */
export function networkError(thrown: unknown, signal: AbortSignal): unknown {
  if (signal.aborted) return failure("no answer in time", Code.DeadlineExceeded, { cause: thrown });
  if (!(thrown instanceof TypeError)) return thrown;
  return failure(`${thrown.message}: no network, or the gateway does not allow this origin`, Code.Unavailable, {
    cause: thrown,
  });
}

interface ErrorBody {
  code?: number;
  message?: string;
  details?: { fieldViolations?: { field?: string; description?: string }[]; retryDelay?: string }[];
}

/** Read a gateway's error: google.rpc.Status as JSON, else the HTTP status. */
export function errorOf(response: Response, body: unknown): HeadwaterError {
  const error = (body ?? {}) as ErrorBody;
  const code = codeOf(response.status, error.code);
  const details = Array.isArray(error.details) ? error.details : [];
  const violations = details.flatMap(({ fieldViolations }) => fieldViolations ?? []);
  const delay = Number.parseFloat(details.find(({ retryDelay }) => retryDelay)?.retryDelay ?? "");
  const waitMs = Number.isNaN(delay) ? retryHeaderMs(response.headers) : delay * 1000;
  return failure(error.message || `HTTP ${response.status}`, code, {
    fieldViolations: violations.map(({ field = "", description = "" }) => ({ field, description })),
    retryAfterMs: waitMs ?? (response.status === 429 ? OVERLOADED_MS : undefined),
  });
}

function codeOf(status: number, code: number | undefined): Code {
  if (code !== undefined && code > 0 && code <= Code.Unauthenticated) return code;
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
  if (!Array.isArray(results)) throw failure("the answer is not from a Headwater gateway: check `url`", Code.NotFound);
  return { results: results.map(resultOf), offset: offset ?? "" };
}

function resultOf(result: { eventId: string; status: string; detail?: string }): EventResult {
  const status = STATUSES[result.status] ?? "quarantined";
  return { eventId: result.eventId, status, detail: result.detail ?? "" };
}
