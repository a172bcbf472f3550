/** What a call can end in, in words for an operator. */

export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The field that is wrong, if the server names one. */
    readonly field = "",
  ) {
    super(message);
  }

  get isSignedOut(): boolean {
    return this.status === 401;
  }

  get isNotFound(): boolean {
    return this.status === 404;
  }

  /** Nobody answers, or the store behind is away: it may come back by itself. */
  get isAway(): boolean {
    return this.status === 0 || this.status === 503 || this.status === 504;
  }
}

interface Violation {
  field?: string;
}

interface ErrorBody {
  message?: string;
  details?: { fieldViolations?: Violation[] }[];
}

/** Reads the JSON that the gateway answers errors with; what is none keeps its status. */
export async function errorOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => ({}))) as ErrorBody;
  const violations = (body.details ?? []).flatMap((detail) => detail.fieldViolations ?? []);
  const text = body.message || `${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, text, violations[0]?.field ?? "");
}

/** What to say of any error, also of one that is none of ours. */
export function told(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
