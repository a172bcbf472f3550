import { nameOf, type SlateRef } from "./slate-ref.js";
import { type Report, SlateWatcher } from "./slate-watcher.js";

const SLATES_MAX = 100;

/** The watched slates of a page. */
export class Impressions {
  readonly #visibleMs: number;
  readonly #report: Report;
  readonly #watchers = new Map<string, SlateWatcher>();

  constructor(visibleMs: number, report: Report) {
    this.#visibleMs = visibleMs;
    this.#report = report;
  }

  /** Watch a slate's elements, in slot order; return a function that stops it. No item of a slate counts twice. */
  watch(slate: SlateRef, elements: Iterable<Element | null | undefined>): () => void {
    if (typeof IntersectionObserver === "undefined") {
      console.warn("headwater: this browser has no IntersectionObserver: impressions are not reported");
      return () => {};
    }
    const watcher = this.#of(slate);
    watcher.watch(elements);
    return () => watcher.unwatch();
  }

  /** The visitor acted on items of a slate: report them as seen first. */
  acted(slate: SlateRef, itemIds: readonly string[]): void {
    this.#watchers.get(nameOf(slate))?.acted(itemIds);
  }

  flush(): void {
    for (const watcher of this.#watchers.values()) watcher.flush();
  }

  pageHidden(): void {
    for (const watcher of this.#watchers.values()) watcher.pageHidden();
  }

  pageShown(): void {
    for (const watcher of this.#watchers.values()) watcher.pageShown();
  }

  close(): void {
    for (const watcher of this.#watchers.values()) watcher.unwatch();
    this.#watchers.clear();
  }

  #of(slate: SlateRef): SlateWatcher {
    const id = nameOf(slate);
    const watcher = this.#watchers.get(id) ?? new SlateWatcher(slate, this.#visibleMs, this.#report);
    this.#watchers.delete(id); // keep the latest: the elements of old slates are gone
    this.#watchers.set(id, watcher);
    for (const [oldest, old] of this.#watchers) {
      if (this.#watchers.size <= SLATES_MAX) break;
      old.unwatch();
      this.#watchers.delete(oldest);
    }
    return watcher;
  }
}
