/** Errors of the API, with texts for an operator. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The invalid field, if the server names one. */
    readonly field = "",
    /** Every condition that failed, if the state forbids the call. */
    readonly conditions: readonly string[] = [],
  ) {
    super(message);
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** The server or its store is unreachable; a later try may succeed. */
  get isUnavailable(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 504;
  }
}

interface Violation {
  field?: string;
  description?: string;
}

interface ErrorBody {
  message?: string;
  details?: { fieldViolations?: Violation[]; violations?: Violation[] }[];
}

/** Reads the gateway's JSON error; a response without JSON becomes its status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const violations = (body.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
  const conditions = (body.details ?? []).flatMap((detail) => detail.violations ?? []);
  // an editor has one rule before the eyes, and no list of drafts
  const text = body.message?.replace(/^(rule|drafts\[0\])\./, "") || `${response.status} ${response.statusText}`.trim();
  return new ApiError(
    response.status,
    text,
    violations[0]?.field ?? "",
    conditions.map((one) => one.description ?? ""),
  );
}

/** The message of any error, also of one that is not an ApiError. */
export function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
