/** The items of one slate that were seen: in view long enough, each counted once. Time is a parameter. */
export class Sightings {
  readonly #visibleMs: number;
  readonly #since = new Map<string, number>();
  readonly #seen = new Set<string>();
  #unreported: string[] = [];

  constructor(visibleMs: number) {
    this.#visibleMs = visibleMs;
  }

  /** An item came into view. */
  enter(itemId: string, nowMs: number): void {
    if (!this.#seen.has(itemId) && !this.#since.has(itemId)) this.#since.set(itemId, nowMs);
  }

  /** An item left the view; it was seen if it was there long enough. */
  leave(itemId: string, nowMs: number): void {
    this.settle(nowMs);
    this.#since.delete(itemId);
  }

  /** The page was hidden or left: no item is in view. */
  leaveAll(nowMs: number): void {
    this.settle(nowMs);
    this.#since.clear();
  }

  /** Count the items that have been in view long enough. */
  settle(nowMs: number): void {
    for (const [itemId, since] of this.#since) if (nowMs - since >= this.#visibleMs) this.see(itemId);
  }

  /** Count an item as seen, for example because the visitor acted on it. */
  see(itemId: string): void {
    this.#since.delete(itemId);
    if (this.#seen.has(itemId)) return;
    this.#seen.add(itemId);
    this.#unreported.push(itemId);
  }

  /** When the next item will count as seen; undefined if none is in view. */
  get nextMs(): number | undefined {
    return this.#since.size ? Math.min(...this.#since.values()) + this.#visibleMs : undefined;
  }

  /** Return the seen items that are not reported yet. */
  take(): string[] {
    const taken = this.#unreported;
    this.#unreported = [];
    return taken;
  }

  get hasNews(): boolean {
    return this.#unreported.length > 0;
  }
}
