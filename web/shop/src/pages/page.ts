/** A page: its title, its element, and the lists that update after each click. */
import type { App, Refreshable } from "../app";
import type { Product } from "../model/catalogue";

export interface Page {
  title: string;
  element: HTMLElement;
  lists: Refreshable[];
}

export type MakePage = (app: App, argument: string) => Page;

/** The basket and the recently viewed products: the page shows them elsewhere, so lists exclude them. */
export const seenAlready = (app: App): string[] => [...app.memory.recentlySeen, ...app.memory.basket.keys()];

/** A filter for other kinds of products: no second tent beside a tent. Only the demo's own products have kinds. */
export function otherKinds(products: Product[]): string {
  const kinds = [...new Set(products.map((product) => product.motif).filter(Boolean))];
  return kinds.length ? `NOT kind: ANY(${kinds.map((kind) => JSON.stringify(kind)).join(", ")})` : "";
}
