import type { Shelf } from "./shelf.js";

/** After so long every server has caught up, or is so late that nobody should wait for it. */
const FRESH_MS = 60_000;

/** The newest state that the visitor's events were learned in: the next list, also of the next page, knows of them. */
export class Freshness {
  readonly #shelf: Shelf;
  readonly #name: string;
  readonly #now: () => number;

  constructor(shelf: Shelf, space: string, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#name = `${space}offset`;
    this.#now = now;
  }

  /** Note the offset of an answer to feedback. Offsets are opaque: the one that was told last is the newest. */
  told(offset: string): void {
    if (offset) this.#shelf.put(this.#name, JSON.stringify([offset, this.#now()]));
  }

  /** What to ask for as `minOffset`; undefined when nothing was learned lately. */
  get newest(): string | undefined {
    try {
      const [offset, atMs] = JSON.parse(this.#shelf.get(this.#name) ?? "[]");
      return typeof offset === "string" && this.#now() - atMs < FRESH_MS ? offset : undefined;
    } catch {
      return undefined;
    }
  }

  /** Wait for it no more: it is of another log, or out of reach. */
  forget(): void {
    this.#shelf.remove(this.#name);
  }
}
