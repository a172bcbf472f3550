/** The page's own memory of a visitor: basket, favourites and recently viewed products. */

const RECENT_MAX = 12;

interface Kept {
  basket: [string, number][];
  hearts: string[];
  recent: string[];
}

export class Memory {
  readonly basket: Map<string, number>;
  readonly hearts: Set<string>;
  private recent: string[];
  private readonly listeners = new Set<() => void>();
  private readonly key: string;

  constructor(visitorId: string) {
    this.key = `shop.memory.${visitorId}`;
    const kept = read(this.key);
    this.basket = new Map(kept.basket);
    this.hearts = new Set(kept.hearts);
    this.recent = kept.recent;
  }

  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  get count(): number {
    return [...this.basket.values()].reduce((sum, pieces) => sum + pieces, 0);
  }

  get recentlySeen(): readonly string[] {
    return this.recent;
  }

  saw(id: string): void {
    this.recent = [id, ...this.recent.filter((other) => other !== id)].slice(0, RECENT_MAX);
    this.changed();
  }

  put(id: string, pieces: number): void {
    if (pieces > 0) this.basket.set(id, pieces);
    else this.basket.delete(id);
    this.changed();
  }

  empty(): void {
    this.basket.clear();
    this.changed();
  }

  /** Turns a heart on or off; returns whether it is on. */
  heart(id: string): boolean {
    const on = !this.hearts.delete(id);
    if (on) this.hearts.add(id);
    this.changed();
    return on;
  }

  private changed(): void {
    const kept: Kept = { basket: [...this.basket], hearts: [...this.hearts], recent: this.recent };
    localStorage.setItem(this.key, JSON.stringify(kept));
    for (const listener of this.listeners) listener();
  }
}

function read(key: string): Kept {
  const nothing: Kept = { basket: [], hearts: [], recent: [] };
  try {
    return { ...nothing, ...(JSON.parse(localStorage.getItem(key) ?? "{}") as Partial<Kept>) };
  } catch {
    return nothing; // not written by this page: start empty
  }
}
