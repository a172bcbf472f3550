import type { ClientHttp2Stream, OutgoingHttpHeaders } from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Keepalive, Session, type SessionOptions } from "./session.js";

const TRIES = 3;

/**
 * The connections to one server: one for new calls, and older ones that the server is closing, until their calls end.
 *
 * It replaces connect-node's `Http2SessionManager` (2.1.2), which removes its listeners from a session that it leaves:
 * the session's next "error" event then ends the caller's process.
 */
export class Sessions {
  readonly authority: string;
  readonly #options: SessionOptions;
  readonly #keepalive: Keepalive;
  readonly #older = new Set<Session>();
  #newest: Session | undefined;

  constructor(url: string, options: SessionOptions, keepalive: Keepalive) {
    this.authority = new URL(url).origin;
    this.#options = options;
    this.#keepalive = keepalive;
  }

  /** Open a stream, on a new connection if there is none that can be used. */
  async request(method: string, path: string, headers: OutgoingHttpHeaders): Promise<ClientHttp2Stream> {
    for (let tries = 1; ; tries++) {
      const session = this.#usable();
      await session.opened;
      await session.settle();
      if (!session.isUsable && tries < TRIES) continue;
      try {
        return session.open({ ...headers, ":method": method, ":path": path });
      } catch (error) {
        if (session.isUsable) throw error;
        if (tries >= TRIES) throw new ConnectError("the server closes each connection", Code.Unavailable);
      }
    }
  }

  notifyResponseByteRead(stream: ClientHttp2Stream): void {
    if (this.#newest?.carries(stream)) this.#newest.seen();
    else for (const session of this.#older) if (session.carries(stream)) session.seen();
  }

  /** Close all connections; calls in progress end with this error. */
  abort(reason: Error): void {
    for (const session of [...this.#older, this.#newest]) session?.destroy(reason);
  }

  #usable(): Session {
    if (this.#newest?.isUsable) return this.#newest;
    if (this.#newest) this.#older.add(this.#newest);
    for (const session of this.#older) if (session.isGone) this.#older.delete(session);
    this.#newest = new Session(this.authority, this.#options, this.#keepalive);
    return this.#newest;
  }
}
