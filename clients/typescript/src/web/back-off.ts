import type { HeadwaterError } from "../core/errors.js";
import { backOffMs } from "../core/retrying.js";

const FIRST_MS = 500;
const LAST_MS = 60_000;

/** The pause after a failure: longer after each failure, and at least as long as the server asks for. */
export class BackOff {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #endsMs = 0;
  #ordered = false;

  /** Whether the last try succeeded. */
  get isHopeful(): boolean {
    return this.#failures === 0;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** Whether the server asked for the pause: the return of the network does not end it. */
  get isOrdered(): boolean {
    return this.isOn && this.#ordered;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsMs - Date.now());
  }

  /** Begin after a failure; `hopeless`: the next tries will also fail. */
  begin(error: HeadwaterError, hopeless: boolean, resume: () => void): void {
    this.#failures += 1;
    this.#ordered = hopeless || error.retryAfterMs !== undefined;
    const planned = hopeless ? LAST_MS : backOffMs(this.#failures, FIRST_MS, LAST_MS);
    const delayMs = Math.max(error.retryAfterMs ?? 0, planned * (0.8 + 0.4 * Math.random()));
    this.#endsMs = Date.now() + delayMs;
    this.#timer = setTimeout(resume, delayMs);
    (this.#timer as { unref?: () => void }).unref?.(); // outside a page it must not keep the process alive
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
