/** A page: what is shown, its title, and the lists on it that move as one clicks. */
import type { App, Refreshable } from "../app";
import type { Product } from "../model/catalogue";

export interface Page {
  title: string;
  element: HTMLElement;
  lists: Refreshable[];
}

export type MakePage = (app: App, argument: string) => Page;

/** Basket and what was seen last stand elsewhere on a page: a list need not repeat them. */
export const seenAlready = (app: App): string[] => [...app.memory.recentlySeen, ...app.memory.basket.keys()];

/** A filter for what goes with products: to a tent, no second tent. Only our own goods tell their kinds. */
export function otherKinds(products: Product[]): string {
  const kinds = [...new Set(products.map((product) => product.motif).filter(Boolean))];
  return kinds.length ? `NOT kind: ANY(${kinds.map((kind) => JSON.stringify(kind)).join(", ")})` : "";
}
