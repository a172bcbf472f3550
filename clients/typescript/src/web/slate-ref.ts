import type { Slate } from "../core/recommendations.js";

/** The part of a slate that events need. A backend can pass it to the page as JSON. */
export type SlateRef = Pick<Slate, "attributionToken" | "itemIds"> & Partial<Pick<Slate, "recommendationId">>;

/** Return a name that identifies a slate. */
export function nameOf(slate: SlateRef): string {
  return slate.recommendationId || slate.attributionToken || slate.itemIds.join();
}
