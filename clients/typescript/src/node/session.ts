import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type ClientSessionOptions,
  connect,
  constants,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from "node:http2";
import { Code, ConnectError } from "@connectrpc/connect";

export type SessionOptions = ClientSessionOptions | SecureClientSessionOptions;

/** When a connection counts as lost: no sign of life for `pingAfterMs`, then no answer to a ping for `timeoutMs`. */
export interface Keepalive {
  pingAfterMs: number;
  timeoutMs: number;
}

const CONNECT_MS_MAX = 5000;
const IDLE_MS = 1000;

/**
 * One HTTP/2 connection. Its listeners stay as long as it exists: Node ends the process at an "error" event that has no
 * listener, and a session can emit one long after it was replaced.
 */
export class Session {
  /** Resolves when streams can be opened; rejects with the reason if the server cannot be reached. */
  readonly opened: Promise<void>;
  readonly #http: ClientHttp2Session;
  readonly #keepalive: Keepalive;
  #aliveAtMs = Date.now(); // not a monotonic clock: those stop while a machine sleeps
  #streams = 0;
  #isLeaving = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(authority: string, options: SessionOptions, keepalive: Keepalive) {
    this.#keepalive = keepalive;
    this.#http = connect(authority, options);
    this.opened = new Promise((resolve, reject) => {
      const fail = (error?: Error) => reject(lost(`no connection to ${authority}`, error));
      this.#http.once("connect", resolve).on("error", fail).once("close", fail);
    });
    this.opened.then(
      () => this.#begin(),
      () => clearTimeout(this.#timer), // the calls that wait for the session get the reason
    );
    this.#http.once("close", () => clearTimeout(this.#timer));
    this.#http.on("goaway", (code) => this.#leave(code, keepalive));
    this.#timer = setTimeout(() => this.destroy(lost("the server did not accept within 5 s")), CONNECT_MS_MAX);
  }

  /** Whether new calls can use it. After a process has slept, a connection may be dead without a sign of it. */
  get isUsable(): boolean {
    const isOpen = !this.#http.destroyed && !this.#http.closed && !this.#isLeaving;
    return (
      isOpen && (this.#http.connecting || this.#silentMs < this.#keepalive.pingAfterMs + this.#keepalive.timeoutMs)
    );
  }

  get isGone(): boolean {
    return this.#http.destroyed;
  }

  /** Let Node read what has arrived on an idle connection: the server may have closed it while the process was busy. */
  async settle(): Promise<void> {
    for (let turns = 0; turns < 2 && this.#silentMs > IDLE_MS && this.isUsable; turns++) await nextTurn();
  }

  /** Open a stream; throws if the session ended just now. */
  open(headers: OutgoingHttpHeaders): ClientHttp2Stream {
    const stream = this.#http.request(headers);
    stream.on("error", () => {}); // the call has a listener of its own, a moment later
    this.#streams += 1;
    this.#http.ref();
    let isAnswered = false;
    stream.once("response", () => {
      isAnswered = true;
    });
    stream.once("close", () => {
      this.#streams -= 1;
      if (this.#streams === 0 && !this.#http.destroyed) this.#http.unref();
      // Node reports no error if the connection ends in an orderly way, and connect-node waits for one
      if (!isAnswered) stream.emit("error", lost("the server closed the connection"));
    });
    return stream;
  }

  /** Note that the server has sent something. */
  seen(): void {
    this.#aliveAtMs = Date.now();
  }

  carries(stream: ClientHttp2Stream): boolean {
    return stream.session === this.#http;
  }

  destroy(reason: Error): void {
    if (!this.#http.destroyed) this.#http.destroy(reason, constants.NGHTTP2_CANCEL);
  }

  /** A clock that was set back counts as a long silence. */
  get #silentMs(): number {
    const ms = Date.now() - this.#aliveAtMs;
    return ms >= 0 ? ms : Number.POSITIVE_INFINITY;
  }

  #begin(): void {
    this.seen();
    clearTimeout(this.#timer);
    if (this.#streams === 0) this.#http.unref(); // an idle connection keeps no process alive
    this.#pingAfter(this.#keepalive.pingAfterMs);
  }

  #pingAfter(ms: number): void {
    if (this.#http.destroyed) return;
    this.#timer = setTimeout(() => this.#pingIfSilent(), ms).unref();
  }

  #pingIfSilent(): void {
    const leftMs = this.#keepalive.pingAfterMs - this.#silentMs;
    if (leftMs > 0) this.#pingAfter(leftMs);
    else this.#ping();
  }

  #ping(): void {
    if (this.#http.destroyed) return;
    const sentAtMs = Date.now();
    this.#timer = setTimeout(() => void this.#giveUp(sentAtMs), this.#keepalive.timeoutMs).unref();
    this.#http.ping((error) => {
      if (error) return; // the session has ended
      this.seen();
      clearTimeout(this.#timer);
      this.#pingAfter(this.#keepalive.pingAfterMs);
    });
  }

  async #giveUp(sentAtMs: number): Promise<void> {
    const hasSlept = Date.now() - sentAtMs > 1.5 * this.#keepalive.timeoutMs;
    await nextTurn(); // after a sleep, timers run before what has arrived is read
    if (this.#aliveAtMs >= sentAtMs) return;
    if (hasSlept) this.#ping();
    else this.destroy(lost("the server did not answer a ping"));
  }

  /** The server takes no new calls here; it ends those that it has accepted. */
  #leave(code: number, keepalive: Keepalive): void {
    this.#isLeaving = true;
    if (code === constants.NGHTTP2_ENHANCE_YOUR_CALM) keepalive.pingAfterMs *= 2; // as gRPC's own clients do
    if (this.#streams === 0 && !this.#http.destroyed) this.#http.destroy();
  }
}

function lost(text: string, cause?: Error): ConnectError {
  const why = cause?.message || (cause && "code" in cause ? String(cause.code) : "");
  return new ConnectError(why ? `${text}: ${why}` : text, Code.Unavailable, undefined, undefined, cause);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
