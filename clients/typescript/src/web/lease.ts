import { newId } from "../core/ids.js";
import type { Shelf } from "./shelf.js";

export const LEASE_MS = 90_000; // browsers let a hidden tab's timers run once a minute
const RENEW_MS = 20_000;

/**
 * Says that a tab is alive, so that the others leave its events to it. It is given back when the page is left; of a
 * tab that crashed it runs out. (A Web Lock would do the same, and keep the page out of the back-forward cache.)
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

  /** Be alive from now on, until `giveBack`. */
  hold(): void {
    if (this.#timer !== undefined) return;
    this.#sweep();
    this.#renew();
    this.#timer = setInterval(() => this.#renew(), RENEW_MS);
    (this.#timer as { unref?: () => void }).unref?.(); // where there is no page, nothing waits for it
  }

  /** Leave what is still queued to whoever comes next. */
  giveBack(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#shelf.remove(this.#prefix + this.id);
  }

  /** Whether another tab may take the events of this one. */
  isAlive(tab: string): boolean {
    return Number(this.#shelf.get(this.#prefix + tab) ?? 0) > this.#now();
  }

  /** Throw away what crashed tabs left of their leases. */
  #sweep(): void {
    const over = (name: string): boolean => !this.isAlive(name.slice(this.#prefix.length));
    for (const name of this.#shelf.names(this.#prefix).filter(over)) this.#shelf.remove(name);
  }

  #renew(): void {
    this.#shelf.put(this.#prefix + this.id, String(this.#now() + LEASE_MS));
  }
}
