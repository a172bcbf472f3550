import { nameOf, type SlateRef } from "./slate-ref.js";
import { type Report, Watching } from "./watching.js";

const SLATES_MAX = 100;

/** The slates of a page that are watched. */
export class Impressions {
  readonly #visibleMs: number;
  readonly #report: Report;
  readonly #watchings = new Map<string, Watching>();

  constructor(visibleMs: number, report: Report) {
    this.#visibleMs = visibleMs;
    this.#report = report;
  }

  /** Watch a slate's elements, in slot order; return what ends it. Drawn anew, the same slate counts no item twice. */
  watch(slate: SlateRef, elements: Iterable<Element | null | undefined>): () => void {
    if (typeof IntersectionObserver === "undefined") {
      console.warn("headwater: this browser cannot tell what is in view: impressions are not reported");
      return () => {};
    }
    const watching = this.#of(slate);
    watching.watch(elements);
    return () => watching.unwatch();
  }

  /** The visitor acted on items of a slate: report first that they were seen. */
  acted(slate: SlateRef, itemIds: readonly string[]): void {
    this.#watchings.get(nameOf(slate))?.acted(itemIds);
  }

  flush(): void {
    for (const watching of this.#watchings.values()) watching.flush();
  }

  pageHidden(): void {
    for (const watching of this.#watchings.values()) watching.pageHidden();
  }

  pageShown(): void {
    for (const watching of this.#watchings.values()) watching.pageShown();
  }

  close(): void {
    for (const watching of this.#watchings.values()) watching.unwatch();
    this.#watchings.clear();
  }

  #of(slate: SlateRef): Watching {
    const id = nameOf(slate);
    const watching = this.#watchings.get(id) ?? new Watching(slate, this.#visibleMs, this.#report);
    this.#watchings.delete(id); // the latest are kept: an old slate's elements are gone with it
    this.#watchings.set(id, watching);
    for (const [oldest, old] of this.#watchings) {
      if (this.#watchings.size <= SLATES_MAX) break;
      old.unwatch();
      this.#watchings.delete(oldest);
    }
    return watching;
  }
}
