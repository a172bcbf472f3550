import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";

export { Code };

/** One thing that was wrong with a request: `field` names the place, such as `events[3].event_id`. */
export interface FieldViolation {
  field: string;
  description: string;
}

/** What is known of a failure beside its text. */
export interface FailureDetails {
  code?: Code;
  fieldViolations?: readonly FieldViolation[];
  retryAfterMs?: number;
  cause?: unknown;
}

/** A call failed. `code` is gRPC's; each kind of failure that a caller may act on has a class of its own. */
export class HeadwaterError extends Error {
  readonly code: Code;
  readonly fieldViolations: readonly FieldViolation[];
  /** When to come back, if the server said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = new.target.title;
    this.code = details.code ?? Code.Unknown;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  // a name of its own, since a bundler may shorten the class's
  static readonly title: string = "HeadwaterError";

  /** The first field that was wrong; "" when it was none. */
  get field(): string {
    return this.fieldViolations[0]?.field ?? "";
  }
}

/** The request is malformed; nothing was done. `field` names the place, as the API does. */
export class InvalidRequestError extends HeadwaterError {
  static override readonly title = "InvalidRequestError";
}

/** What the request names does not exist. */
export class NotFoundError extends HeadwaterError {
  static override readonly title = "NotFoundError";
}

/** The server asks for a key, and this was none or another one. */
export class UnauthenticatedError extends HeadwaterError {
  static override readonly title = "UnauthenticatedError";
}

/** The key is right, and this call is not in its scope. */
export class PermissionDeniedError extends HeadwaterError {
  static override readonly title = "PermissionDeniedError";
}

/** This server's release does not have it. */
export class UnimplementedError extends HeadwaterError {
  static override readonly title = "UnimplementedError";
}

/** The server has too much to do, also after the retries. Come back in `retryAfterMs`. */
export class OverloadedError extends HeadwaterError {
  static override readonly title = "OverloadedError";
}

/** The server, its store or the network is away, also after the retries; or another origin is not let in. */
export class UnavailableError extends HeadwaterError {
  static override readonly title = "UnavailableError";
}

/** The time ran out. Events may or may not have been learned: send the same ones again. */
export class DeadlineExceededError extends HeadwaterError {
  static override readonly title = "DeadlineExceededError";
}

/** The caller gave up: its signal, or `close()`. */
export class CanceledError extends HeadwaterError {
  static override readonly title = "CanceledError";
}

const KINDS: Partial<Record<Code, typeof HeadwaterError>> = {
  [Code.InvalidArgument]: InvalidRequestError,
  [Code.NotFound]: NotFoundError,
  [Code.Unauthenticated]: UnauthenticatedError,
  [Code.PermissionDenied]: PermissionDeniedError,
  [Code.Unimplemented]: UnimplementedError,
  [Code.ResourceExhausted]: OverloadedError,
  [Code.Unavailable]: UnavailableError,
  [Code.DeadlineExceeded]: DeadlineExceededError,
  [Code.Canceled]: CanceledError,
};

/** Return the error of a code. */
export function failure(message: string, code: Code, details: Omit<FailureDetails, "code"> = {}): HeadwaterError {
  return new (KINDS[code] ?? HeadwaterError)(message, { ...details, code });
}

/** Return what the caller gets for whatever a call threw. */
export function toHeadwaterError(thrown: unknown): HeadwaterError {
  if (thrown instanceof HeadwaterError) return thrown;
  const error = ConnectError.from(thrown);
  const violations = error.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
  return failure(error.rawMessage || Code[error.code], error.code, {
    fieldViolations: violations.map(({ field, description }) => ({ field, description })),
    retryAfterMs: retryAfterMs(error),
    cause: error.cause ?? thrown,
  });
}

function retryAfterMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  if (delay) return Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  return retryHeaderMs(error.metadata);
}

/** Read what a gateway says in HTTP's own words: seconds to wait. */
export function retryHeaderMs(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-ratelimit-reset");
  const seconds = text === null ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/**
 * Whether the server could not answer in time, and the question was not what was wrong. An overloaded server says when
 * to come back; without that, the request itself was too large.
 */
export function isAway(error: HeadwaterError): boolean {
  if (error instanceof OverloadedError) return error.retryAfterMs !== undefined;
  return error instanceof UnavailableError || error instanceof DeadlineExceededError;
}
