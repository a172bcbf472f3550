import { newId } from "../core/ids.js";
import type { Shelf } from "./shelf.js";

export const LEASE_MS = 90_000; // browsers let a hidden tab's timers run once a minute
const RENEW_MS = 20_000;

/**
 * Marks a tab as alive, so that other tabs do not take its events. It is given back when the page is left; the lease
 * of a crashed tab expires. (A Web Lock would do the same, but keep the page out of the back-forward cache.)
 */
export class Lease {
  readonly id = newId();
  readonly #shelf: Shelf;
  readonly #prefix: string;
  readonly #now: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(shelf: Shelf, space: string, now: () => number = Date.now) {
    this.#shelf = shelf;
    this.#prefix = `${space}tab:`;
    this.#now = now;
  }

  /** Mark this tab as alive, until `giveBack`. */
  hold(): void {
    if (this.#timer !== undefined) return;
    this.#sweep();
    this.#renew();
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    (this.#timer as { unref?: () => void }).unref?.(); // outside a page it must not keep the process alive
  }

  /** Leave the queued events to another tab. */
  giveBack(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#shelf.remove(this.#prefix + this.id);
  }

  /** Whether another tab may take the events of this one. */
  isAlive(tab: string): boolean {
    return Number(this.#shelf.get(this.#prefix + tab) ?? 0) > this.#now();
  }

  /** Remove the expired leases of crashed tabs. */
  #sweep(): void {
    const over = (name: string): boolean => !this.isAlive(name.slice(this.#prefix.length));
    for (const name of this.#shelf.names(this.#prefix).filter(over)) this.#shelf.remove(name);
  }

  #renew(): void {
    this.#shelf.put(this.#prefix + this.id, String(this.#now() + LEASE_MS));
  }
}
