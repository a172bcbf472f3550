/** What every part of the page shares. */
import type { Slate } from "headwater/web";
import type { Loop, Source } from "./loop";
import type { Catalogue, Product } from "./model/catalogue";
import type { Memory } from "./model/memory";
import { toast } from "./ui/toast";

/** A part of the page that asks again when the visitor has done something. */
export interface Refreshable {
  refresh(): Promise<void>;
  /** The page is left: what is on it is not seen any more. */
  leave(): void;
}

export class App {
  /** The lists as they were shown last, by their key: coming back, one sees them move from there. */
  readonly shown = new Map<string, Slate>();
  /** The product that a tile has just been clicked for: its page need not tell of it again. */
  clicked = "";
  /** What the order just made was for: one need not be shown a second one. */
  ordered: Product[] = [];
  private lists: Refreshable[] = [];

  constructor(
    readonly name: string,
    readonly words: { headline: string; tagline: string },
    readonly currency: string,
    readonly catalogue: Catalogue,
    readonly loop: Loop,
    readonly memory: Memory,
  ) {}

  /** The lists of the page that is shown now. */
  follow(...lists: Refreshable[]): void {
    for (const list of this.lists) list.leave();
    this.lists = lists;
  }

  /** Tell, and let the lists move when it has been learned. */
  async did(eventType: string, id: string, placement: string, source?: Source): Promise<void> {
    await this.loop.did(eventType, id, placement, source);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    await Promise.all(this.lists.map((list) => list.refresh()));
  }

  addToBasket(product: Product, pieces: number, placement: string, source?: Source): void {
    this.memory.put(product.id, (this.memory.basket.get(product.id) ?? 0) + pieces);
    toast(`${product.name} is in your basket`, { text: "Open basket", href: "#/basket" });
    void this.did("add-to-cart", product.id, placement, source);
  }

  setPieces(product: Product, pieces: number): void {
    this.memory.put(product.id, pieces);
    if (pieces <= 0) void this.did("remove-from-cart", product.id, "basket");
  }

  heart(product: Product, placement: string, source?: Source): boolean {
    const on = this.memory.heart(product.id);
    if (on) void this.did("favorite", product.id, placement, source);
    return on;
  }
}
