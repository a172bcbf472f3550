import type { Shelf } from "./shelf.js";

/** After this time every server has caught up, or lags so much that waiting is useless. */
const FRESH_MS = 60_000;

/** The newest state that contains the visitor's events: the next list, also on the next page, includes them. */
export class Freshness {
  readonly #shelf: Shelf;
  readonly #name: string;
  readonly #now: () => number;

  constructor(shelf: Shelf, space: string, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#name = `${space}offset`;
    this.#now = now;
  }

  /** Note the offset of an answer to feedback. Offsets are opaque: the last one is the newest. */
  learned(offset: string): void {
    if (offset) this.#shelf.put(this.#name, JSON.stringify([offset, this.#now()]));
  }

  /** The value for `minOffset`; undefined if no event was learned recently. */
  get newest(): string | undefined {
    try {
      const [offset, atMs] = JSON.parse(this.#shelf.get(this.#name) ?? "[]");
      return typeof offset === "string" && this.#now() - atMs < FRESH_MS ? offset : undefined;
    } catch {
      return undefined;
    }
  }

  /** Wait for it no longer: it is from another log, or not reached in time. */
  forget(): void {
    this.#shelf.remove(this.#name);
  }
}
