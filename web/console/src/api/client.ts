/** Calls the REST API of the page's own origin, with the operator's key. */

import { OWN_HEADER } from "../lib/sign_in";
import { ApiError, errorOf } from "./errors";

const TIMEOUT_MS = 10_000;

type Query = Record<string, string | number | readonly string[] | undefined>;

export class Api {
  constructor(
    readonly key: string,
    private readonly onSignedOut: (message: string) => void = () => undefined,
  ) {}

  get<Answer>(path: string, query: Query = {}, timeoutMs = TIMEOUT_MS): Promise<Answer> {
    return this.call<Answer>(`${path}${queryText(query)}`, { method: "GET" }, timeoutMs);
  }

  post<Answer>(path: string, body: object, timeoutMs = TIMEOUT_MS): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    return this.call<Answer>(
      path,
      { method: "POST", headers, body: JSON.stringify(body) },
      timeoutMs,
    );
  }

  /** Calls the Personalizer API, which has a header of its own for the key. */
  personalizer<Answer>(path: string): Promise<Answer> {
    const headers: HeadersInit = this.key ? { "ocp-apim-subscription-key": this.key } : {};
    return this.call<Answer>(`/personalizer/v1.0${path}`, { method: "GET", headers }, TIMEOUT_MS);
  }

  private async call<Answer>(path: string, init: RequestInit, timeoutMs: number): Promise<Answer> {
    const headers = new Headers(init.headers);
    if (this.key) headers.set("authorization", `Bearer ${this.key}`);
    else headers.set(OWN_HEADER, "1"); // then the session counts, if there is one
    headers.set("grpc-timeout", `${timeoutMs}m`);
    const signal = AbortSignal.timeout(timeoutMs + 500);
    const response = await fetch(path, { ...init, headers, signal, cache: "no-store" }).catch(
      (error: unknown) => {
        throw networkError(error);
      },
    );
    if (response.ok) return (await response.json().catch(cutOff)) as Answer;
    const error = await errorOf(response);
    if (error.isSignedOut) this.onSignedOut(error.message);
    throw error;
  }
}

/** The connection was lost in the middle of an answer, or something else than the gateway answered. */
function cutOff(): never {
  throw new ApiError(0, "The answer was cut off. Whether it was done is not known: look before you try again.");
}

function networkError(error: unknown): ApiError {
  const timedOut = error instanceof DOMException && error.name === "TimeoutError";
  return new ApiError(0, timedOut ? "The server did not answer in time." : "The gateway cannot be reached.");
}

function queryText(query: Query): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === "") continue;
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) search.append(name, String(one));
  }
  const text = search.toString().replaceAll("+", "%20"); // Envoy does not read + as a space
  return text ? `?${text}` : "";
}
