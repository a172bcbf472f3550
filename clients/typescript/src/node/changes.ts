import { within } from "../core/retrying.js";

/** Lets many wait for a change of something that one file owns. */
export class Changes {
  #tell: () => void = () => {};
  #next = this.#fresh();

  /** Wake all that wait. */
  tell(): void {
    const tell = this.#tell;
    this.#next = this.#fresh();
    tell();
  }

  /** Return when `condition` holds, or after `timeoutMs`; whether it holds. */
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
      this.#tell = resolve;
    });
  }
}
