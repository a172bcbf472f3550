/** Which slots of one slate were seen: in view for a moment, each counted once. Time is handed in. */
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

  /** An item went out of view; if it was there long enough, it was seen. */
  leave(itemId: string, nowMs: number): void {
    this.settle(nowMs);
    this.#since.delete(itemId);
  }

  /** The page was hidden, or left: nothing is in view any more. */
  leaveAll(nowMs: number): void {
    this.settle(nowMs);
    this.#since.clear();
  }

  /** Count what has been in view long enough by now. */
  settle(nowMs: number): void {
    for (const [itemId, since] of this.#since) if (nowMs - since >= this.#visibleMs) this.see(itemId);
  }

  /** An item was seen, for whatever reason: whoever acts on it has seen it. */
  see(itemId: string): void {
    this.#since.delete(itemId);
    if (this.#seen.has(itemId)) return;
    this.#seen.add(itemId);
    this.#unreported.push(itemId);
  }

  /** When the next item will have been in view long enough; undefined if none is in view. */
  get nextMs(): number | undefined {
    return this.#since.size ? Math.min(...this.#since.values()) + this.#visibleMs : undefined;
  }

  /** Return what was seen and not reported yet, once. */
  take(): string[] {
    const taken = this.#unreported;
    this.#unreported = [];
    return taken;
  }

  get hasNews(): boolean {
    return this.#unreported.length > 0;
  }
}
