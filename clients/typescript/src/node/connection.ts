import type { SecureClientSessionOptions } from "node:http2";
import type { DescService } from "@bufbuild/protobuf";
import { type Client, Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { CanceledError } from "../core/errors.js";
import type { CallOptions } from "../core/recommendations.js";
import { type Retries, retrying } from "../core/retrying.js";
import { checkFields } from "../wire/kinds.js";
import type { Keepalive } from "./session.js";
import { Sessions } from "./sessions.js";

export interface ConnectionOptions {
  /** Sent with each call; servers that listen beyond their own machine require one. */
  key?: string;
  /** Encrypt: `true`, or certificates (`ca`; `cert` and `key` for mTLS). Default: no encryption. */
  tls?: boolean | Pick<SecureClientSessionOptions, "ca" | "cert" | "key" | "servername" | "rejectUnauthorized">;
}

/** A dead connection is found within 13 s, also while no call is made; the other clients use the same values. */
const KEEPALIVE: Readonly<Keepalive> = { pingAfterMs: 10_000, timeoutMs: 3_000 };

/**
 * One connection to one server, opened at the first call and again whenever it is lost. It keeps no process alive.
 */
export class Connection {
  readonly #sessions: Sessions;
  readonly #transport: Transport;
  #closed = false;

  constructor(target: string, connection: ConnectionOptions = {}) {
    checkFields("the options of a client", connection, { key: "text", tls: "any" });
    const [key, tls] = [connection.key ?? "", connection.tls ?? false];
    const authorization = header(key);
    const url = address(target, tls !== false);
    const options = typeof tls === "object" ? tls : {};
    this.#sessions = new Sessions(url, options, { ...KEEPALIVE });
    this.#transport = createGrpcTransport({
      baseUrl: url,
      sessionManager: this.#sessions,
      interceptors: [
        (next) => (request) => {
          if (authorization) request.header.set("authorization", authorization);
          return next(request);
        },
      ],
    });
  }

  /** Close the connection; calls in progress end with an error. */
  close(): void {
    this.#closed = true;
    this.#sessions.abort(new ConnectError("the client was closed", Code.Canceled));
  }

  [Symbol.dispose](): void {
    this.close();
  }

  protected service<Service extends DescService>(service: Service): Client<Service> {
    return createClient(service, this.#transport);
  }

  /** Make a call; the deadline is for all its tries together. */
  protected make<Answer>(
    call: (options: CallOptions) => Promise<Answer>,
    options: CallOptions,
    timeoutMs: number,
    retries: Retries,
  ): Promise<Answer> {
    const each = async (one: CallOptions): Promise<Answer> => {
      this.refuseIfClosed();
      try {
        return await call(one).catch((thrown) => (isRefused(thrown) ? call(one) : Promise.reject(thrown)));
      } catch (thrown) {
        this.refuseIfClosed();
        throw asAway(thrown, one.signal);
      }
    };
    return retrying(each, { signal: options.signal, timeoutMs: options.timeoutMs ?? timeoutMs }, retries);
  }

  protected refuseIfClosed(): void {
    if (this.#closed) throw new CanceledError("the client is closed", { code: Code.Canceled });
  }
}

/** Whether the server closed the connection without a look at the call; then also a write can be sent again. */
function isRefused(thrown: unknown): boolean {
  return thrown instanceof ConnectError && /REFUSED_STREAM/.test(thrown.rawMessage);
}

const LOST = new Set([Code.Aborted, Code.Internal, Code.Unknown]);

/** Turn Node's error of a lost connection, or of a server that stops, into gRPC's `Unavailable`. */
export function asAway(thrown: unknown, signal: AbortSignal | undefined): unknown {
  if (!(thrown instanceof ConnectError) || signal?.aborted) return thrown;
  const fromServer = thrown.details.length > 0 || thrown.metadata.has("x-request-id");
  const lost = LOST.has(thrown.code) && !fromServer && nodeCode(thrown.cause) !== undefined;
  if (!lost && thrown.code !== Code.Canceled) return thrown;
  return new ConnectError(
    `the connection was lost: ${thrown.rawMessage}`,
    Code.Unavailable,
    undefined,
    undefined,
    thrown,
  );
}

function nodeCode(cause: unknown): string | undefined {
  for (let error = cause; error instanceof Error; error = error.cause) {
    if ("code" in error && typeof error.code === "string") return error.code;
  }
  return undefined;
}

function address(target: string, encrypted: boolean): string {
  const isUrl = /^https?:\/\//.test(target);
  const url = isUrl ? target.replace(/\/+$/, "") : `${encrypted ? "https" : "http"}://${target}`;
  const hasPort = isUrl || encrypted || /:\d+$/.test(target);
  if (typeof target === "string" && hasPort && isOrigin(url)) return url;
  throw new TypeError('the target must be host:port, such as "127.0.0.1:50051"');
}

function isOrigin(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { pathname, search, hash, username } = new URL(url);
  return pathname === "/" && !search && !hash && !username;
}

function header(key: string): string {
  if (!/^[\x21-\x7e]*$/.test(key)) throw new TypeError("a key has printable ASCII characters only, and no spaces");
  return key && `Bearer ${key}`;
}
