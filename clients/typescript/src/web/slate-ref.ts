import type { Slate } from "../core/recommendations.js";

/** What events need of a slate: one that a server asked for may be handed to the page as JSON. */
export type SlateRef = Pick<Slate, "attributionToken" | "itemIds"> & Partial<Pick<Slate, "recommendationId">>;

/** Return what tells one slate from another. */
export function nameOf(slate: SlateRef): string {
  return slate.recommendationId || slate.attributionToken || slate.itemIds.join();
}
