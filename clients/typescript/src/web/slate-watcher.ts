import { Sightings } from "./sightings.js";
import type { SlateRef } from "./slate-ref.js";

/** Items that enter the view within this time are reported together. */
const GATHER_MS = 250;
const HALF = 0.5;
const STEPS = Array.from({ length: 21 }, (_, n) => n / 20);

export type Report = (slate: SlateRef, itemIds: string[]) => void;

/** Watches the elements of one slate while the page shows it. */
export class SlateWatcher {
  readonly #slate: SlateRef;
  readonly #report: Report;
  readonly #sightings: Sightings;
  readonly #itemOf = new Map<Element, string>();
  readonly #inView = new Set<string>();
  #observer: IntersectionObserver | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(slate: SlateRef, visibleMs: number, report: Report) {
    this.#slate = slate;
    this.#report = report;
    this.#sightings = new Sightings(visibleMs);
  }

  /** Watch these elements, in slot order, instead of the earlier ones; seen items do not count again. */
  watch(elements: Iterable<Element | null | undefined>): void {
    this.unwatch();
    this.#observer = new IntersectionObserver((entries) => this.#onChange(entries), { threshold: STEPS });
    [...elements].forEach((element, slot) => {
      const itemId = this.#slate.itemIds[slot];
      if (!element || itemId === undefined) return;
      this.#itemOf.set(element, itemId);
      this.#observer?.observe(element);
    });
  }

  /** Stop watching, and report the seen items. */
  unwatch(): void {
    this.#observer?.disconnect();
    this.#itemOf.clear();
    this.#inView.clear();
    this.#sightings.leaveAll(performance.now());
    this.flush();
  }

  /** The page is visible again: time in view counts again. */
  pageShown(): void {
    for (const itemId of this.#inView) this.#sightings.enter(itemId, performance.now());
    this.#plan();
  }

  /** The page is hidden: no item is in view. */
  pageHidden(): void {
    this.#sightings.leaveAll(performance.now());
    this.flush();
  }

  /** The visitor acted on items: they count as seen. */
  acted(itemIds: readonly string[]): void {
    for (const itemId of itemIds) if (this.#slate.itemIds.includes(itemId)) this.#sightings.see(itemId);
    this.flush();
  }

  /** Report the seen items now. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#sightings.settle(performance.now());
    const seen = new Set(this.#sightings.take());
    if (seen.size)
      this.#report(
        this.#slate,
        this.#slate.itemIds.filter((itemId) => seen.has(itemId)),
      );
    this.#plan();
  }

  #onChange(entries: IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      const itemId = this.#itemOf.get(entry.target);
      if (itemId === undefined) continue;
      if (isHalfVisible(entry)) this.#enter(itemId);
      else this.#leave(itemId);
    }
    this.#plan();
  }

  #enter(itemId: string): void {
    this.#inView.add(itemId);
    if (document.visibilityState !== "hidden") this.#sightings.enter(itemId, performance.now());
  }

  #leave(itemId: string): void {
    this.#inView.delete(itemId);
    this.#sightings.leave(itemId, performance.now());
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const now = performance.now();
    const next = this.#sightings.hasNews ? now : this.#sightings.nextMs;
    if (next !== undefined) this.#timer = setTimeout(() => this.flush(), Math.max(0, next - now) + GATHER_MS);
  }
}

/** Whether half of an element is in view, or half of the window is filled by it. */
export function isHalfVisible(entry: IntersectionObserverEntry): boolean {
  if (!entry.isIntersecting) return false;
  if (entry.intersectionRatio >= HALF) return true;
  const { intersectionRect: seen, rootBounds: root } = entry;
  return root !== null && seen.width * seen.height >= HALF * root.width * root.height;
}
