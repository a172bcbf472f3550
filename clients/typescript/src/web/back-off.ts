import type { HeadwaterError } from "../core/errors.js";
import { backOffMs } from "../core/retrying.js";

const FIRST_MS = 500;
const LAST_MS = 60_000;

/** The pause after a failure: longer with each in a row, and as long as the server asks for. */
export class BackOff {
  #failures = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #endsMs = 0;
  #ordered = false;

  /** Whether nothing has failed lately. */
  get isHopeful(): boolean {
    return this.#failures === 0;
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  /** Whether the server asked for it: no good news of the network ends it. */
  get isOrdered(): boolean {
    return this.isOn && this.#ordered;
  }

  get leftMs(): number {
    return Math.max(0, this.#endsMs - Date.now());
  }

  /** Begin after a failure; `hopeless`: no try will help soon. */
  begin(error: HeadwaterError, hopeless: boolean, resume: () => void): void {
    this.#failures += 1;
    this.#ordered = hopeless || error.retryAfterMs !== undefined;
    const planned = hopeless ? LAST_MS : backOffMs(this.#failures, FIRST_MS, LAST_MS);
    const delayMs = Math.max(error.retryAfterMs ?? 0, planned * (0.8 + 0.4 * Math.random()));
    this.#endsMs = Date.now() + delayMs;
    this.#timer = setTimeout(resume, delayMs);
    (this.#timer as { unref?: () => void }).unref?.(); // where there is no page, nothing waits for it
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  succeeded(): void {
    this.#failures = 0;
  }
}
