/** The state and actions that all parts of the page share. */
import type { Slate } from "headwater/web";
import type { Recommender, Source } from "./recommender";
import type { Catalogue, Product } from "./model/catalogue";
import type { Memory } from "./model/memory";
import { toast } from "./ui/toast";

/** A part of the page that reloads after each action of the visitor. */
export interface Refreshable {
  refresh(): Promise<void>;
  /** Stops reporting impressions: the visitor leaves the page. */
  leave(): void;
}

export class App {
  /** The last state of each list by its key: it is shown first when the visitor comes back. */
  readonly shown = new Map<string, Slate>();
  /** The product whose tile was just clicked: its page does not report the view again. */
  clicked = "";
  /** The products of the last order: the lists show no second one of their kinds. */
  ordered: Product[] = [];
  private lists: Refreshable[] = [];

  constructor(
    readonly name: string,
    readonly words: { headline: string; tagline: string },
    readonly currency: string,
    readonly catalogue: Catalogue,
    readonly recommender: Recommender,
    readonly memory: Memory,
  ) {}

  /** Sets the lists of the open page. */
  setLists(...lists: Refreshable[]): void {
    for (const list of this.lists) list.leave();
    this.lists = lists;
  }

  /** Reports an event, then reloads the lists once it is learned. */
  async report(eventType: string, id: string, placement: string, source?: Source): Promise<void> {
    await this.recommender.report(eventType, id, placement, source);
    await this.refresh();
  }

  async refresh(): Promise<void> {
    await Promise.all(this.lists.map((list) => list.refresh()));
  }

  addToBasket(product: Product, pieces: number, placement: string, source?: Source): void {
    this.memory.put(product.id, (this.memory.basket.get(product.id) ?? 0) + pieces);
    toast(`${product.name} is in your basket`, { text: "Open basket", href: "#/basket" });
    void this.report("add-to-cart", product.id, placement, source);
  }

  setPieces(product: Product, pieces: number): void {
    this.memory.put(product.id, pieces);
    if (pieces <= 0) void this.report("remove-from-cart", product.id, "basket");
  }

  heart(product: Product, placement: string, source?: Source): boolean {
    const on = this.memory.heart(product.id);
    if (on) void this.report("favorite", product.id, placement, source);
    return on;
  }
}
