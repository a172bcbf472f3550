import { within } from "../core/retrying.js";

/** Lets many callers wait until a condition holds. */
export class Changes {
  #wake: () => void = () => {};
  #next = this.#fresh();

  /** Check all conditions again. */
  announce(): void {
    const wake = this.#wake;
    this.#next = this.#fresh();
    wake();
  }

  /** Wait until `condition` holds, or for `timeoutMs`; return whether it holds. */
  async until(condition: () => boolean, timeoutMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const endsMs = performance.now() + timeoutMs;
    while (!condition()) {
      const leftMs = endsMs - performance.now();
      if (leftMs <= 0) return false;
      await within(this.#next, leftMs);
    }
    return true;
  }

  #fresh(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}
