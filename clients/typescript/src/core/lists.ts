/** An item with its score; scores are comparable within one list only. */
export interface ScoredItem {
  itemId: string;
  score: number;
}

/** Items for no particular visitor, best first, and the offset of the state that answered. */
export interface ItemList {
  results: ScoredItem[];
  itemIds: string[];
  offset: string;
}

/** A request for items related to the given ones (1 to 100). */
export interface SimilarQuestion {
  itemIds: readonly string[];
  pageSize?: number;
  filter?: string;
  minOffset?: string;
  /** Whether the list may have variants of the given items, and several of one product. */
  includeVariants?: boolean;
}

/** A request for trending items. */
export interface TrendingQuestion {
  category?: string;
  /** The period; default: "day". */
  window?: "hour" | "day" | "week";
  pageSize?: number;
  filter?: string;
  minOffset?: string;
}
