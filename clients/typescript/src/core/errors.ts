import { Code, ConnectError } from "@connectrpc/connect";
import { BadRequestSchema, PreconditionFailureSchema, RetryInfoSchema } from "../gen/google/rpc/error_details_pb.js";
import { tooLarge } from "./too-large.js";

export { Code };

/** One problem of a request; `field` names the place, such as `events[3].event_id`. */
export interface FieldViolation {
  field: string;
  description: string;
}

/** Details of a failure, besides its message. */
export interface FailureDetails {
  code?: Code;
  fieldViolations?: readonly FieldViolation[];
  retryAfterMs?: number;
  conditions?: readonly string[];
  cause?: unknown;
}

/** A call failed. `code` is gRPC's; each failure that a caller can handle has its own class. */
export class HeadwaterError extends Error {
  readonly code: Code;
  readonly fieldViolations: readonly FieldViolation[];
  /** The pause before the next try, if the server sent one. */
  readonly retryAfterMs: number | undefined;
  /** What must be true before the call can succeed, one text for each. */
  readonly conditions: readonly string[];

  constructor(message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = new.target.title;
    this.code = details.code ?? Code.Unknown;
    this.fieldViolations = details.fieldViolations ?? [];
    this.retryAfterMs = details.retryAfterMs;
    this.conditions = details.conditions ?? [];
  }

  // a separate name, since a bundler may shorten the class name
  static readonly title: string = "HeadwaterError";

  /** The first invalid field; "": none. */
  get field(): string {
    return this.fieldViolations[0]?.field ?? "";
  }
}

/** The request is invalid and was not executed. `field` names the place, as the API does. */
export class InvalidRequestError extends HeadwaterError {
  static override readonly title = "InvalidRequestError";
}

/** The requested object does not exist. */
export class NotFoundError extends HeadwaterError {
  static override readonly title = "NotFoundError";
}

/** The id is used by something that differs from what the request would create. */
export class AlreadyExistsError extends HeadwaterError {
  static override readonly title = "AlreadyExistsError";
}

/** The state does not allow it now; `conditions` has all that must be true before. */
export class FailedPreconditionError extends HeadwaterError {
  static override readonly title = "FailedPreconditionError";
}

/** The server requires a key, and the given one is missing or wrong. */
export class UnauthenticatedError extends HeadwaterError {
  static override readonly title = "UnauthenticatedError";
}

/** The key is valid, but its scopes do not include this call. */
export class PermissionDeniedError extends HeadwaterError {
  static override readonly title = "PermissionDeniedError";
}

/** This version of the server does not have the call. */
export class UnimplementedError extends HeadwaterError {
  static override readonly title = "UnimplementedError";
}

/** The server is overloaded, also after the retries. Try again in `retryAfterMs`. */
export class OverloadedError extends HeadwaterError {
  static override readonly title = "OverloadedError";
}

/** The server, its store or the network is down, also after the retries; or the gateway does not allow this origin. */
export class UnavailableError extends HeadwaterError {
  static override readonly title = "UnavailableError";
}

/** The deadline has passed. Events may or may not have been learned: send the same events again. */
export class DeadlineExceededError extends HeadwaterError {
  static override readonly title = "DeadlineExceededError";
}

/** The caller cancelled the call: by its signal, or by `close()`. */
export class CanceledError extends HeadwaterError {
  static override readonly title = "CanceledError";
}

const KINDS: Partial<Record<Code, typeof HeadwaterError>> = {
  [Code.InvalidArgument]: InvalidRequestError,
  [Code.NotFound]: NotFoundError,
  [Code.AlreadyExists]: AlreadyExistsError,
  [Code.FailedPrecondition]: FailedPreconditionError,
  [Code.Aborted]: FailedPreconditionError, // somebody else has changed it since it was read
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

/** Return the error for the caller, from anything that a call threw. */
export function toHeadwaterError(thrown: unknown): HeadwaterError {
  if (thrown instanceof HeadwaterError) return thrown;
  const error = ConnectError.from(thrown);
  const large = error.code === Code.ResourceExhausted ? tooLarge(error.rawMessage) : undefined;
  if (large) return failure(large, Code.InvalidArgument, { cause: thrown });
  const violations = error.findDetails(BadRequestSchema).flatMap((detail) => detail.fieldViolations);
  const conditions = error.findDetails(PreconditionFailureSchema).flatMap((detail) => detail.violations);
  return failure(error.rawMessage || Code[error.code], error.code, {
    fieldViolations: violations.map(({ field, description }) => ({ field, description })),
    retryAfterMs: retryAfterMs(error),
    conditions: conditions.map(({ description }) => description),
    cause: error.cause ?? thrown,
  });
}

function retryAfterMs(error: ConnectError): number | undefined {
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  if (delay) return Number(delay.seconds) * 1000 + delay.nanos / 1e6;
  return retryHeaderMs(error.metadata);
}

/** Read the pause from a gateway's HTTP headers, which contain seconds. */
export function retryHeaderMs(headers: Headers): number | undefined {
  const text = headers.get("retry-after") ?? headers.get("x-ratelimit-reset");
  const seconds = text === null ? Number.NaN : Number(text);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

/**
 * Whether the server could not answer in time, while the request itself was valid. An overloaded server sends a pause;
 * without one, the request was too large.
 */
export function isAway(error: HeadwaterError): boolean {
  if (error instanceof OverloadedError) return error.retryAfterMs !== undefined;
  return error instanceof UnavailableError || error instanceof DeadlineExceededError;
}
