/** An item and what the list was ranked by; comparable within one list only. */
export interface ScoredItem {
  itemId: string;
  score: number;
}

/** Items of no visitor, best first, and the state that answered. */
export interface ItemList {
  results: ScoredItem[];
  itemIds: string[];
  offset: string;
}

/** Asks for what goes with, or is like, items (1 to 100). */
export interface SimilarQuestion {
  itemIds: readonly string[];
  pageSize?: number;
  filter?: string;
  minOffset?: string;
}

/** Asks for what is on the rise. */
export interface TrendingQuestion {
  category?: string;
  /** How far back to look: "day" if not said. */
  window?: "hour" | "day" | "week";
  pageSize?: number;
  filter?: string;
  minOffset?: string;
}
