import type { Values } from "./values.js";

/** How varied a list is, from "none" to "high"; "auto": as varied as what the visitor looked at last. */
export type Diversity = "none" | "low" | "medium" | "high" | "auto";

/** What is asked; bounds and defaults stand in RecommendRequest, protos/headwater/v1/recommendation_service.proto. */
export interface Question {
  /** The account, once it is known. A page's key names none. */
  userId?: string;
  sessionId?: string;
  /** Where on the site the list will stand, such as "home". */
  placement?: string;
  /** How many results at most: 20 if not said, never more than 100. */
  pageSize?: number;
  /** Rank exactly these, as far as the rules let them. */
  candidateItemIds?: readonly string[];
  excludeItemIds?: readonly string[];
  /** The product page or the basket that the list stands beside. */
  contextItemIds?: readonly string[];
  /** Such as `categories: ANY("shoes") AND price < 100`. */
  filter?: string;
  context?: Values;
  /** The name of this recommendation; it seeds exploration. Minted if not given, and kept for every retry. */
  recommendationId?: string;
  /** Answer only from a state at least this new: the `offset` of an answer to feedback. */
  minOffset?: string;
  /** `false`: the best list, nothing is tried. */
  explore?: boolean;
  diversity?: Diversity;
  /** The tokens of lists that stand on the same page already: no item is in both. */
  excludeAttributionTokens?: readonly string[];
  /** Fill what says why in each result. */
  explain?: boolean;
  /** Fill `firstSlotPropensity` in each result. */
  firstSlotPropensities?: boolean;
}

/** How long a call may take, retries included, and what ends it early. */
export interface CallOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** What is shown while the server does not answer. */
export interface Fallback {
  /** Your own list of item ids; an answer made of it has `isFallback` and no token. */
  fallback?: readonly string[];
}

/** What one family of features adds to a score. */
export interface FeatureContribution {
  feature: string;
  contribution: number;
}

/** One slot of a slate. The fields from `sources` on are filled only with `explain`. */
export interface Result {
  itemId: string;
  score: number;
  /** The chance that this visitor acts on it here; absent until enough impressions were reported. */
  probability?: number;
  /** The chance that the policy put this item into this slot. */
  propensity: number;
  sources: string[];
  reasons: string[];
  probabilityLow?: number;
  probabilityHigh?: number;
  rules: string[];
  contributions: FeatureContribution[];
  /** One sentence for a person. */
  explanation: string;
  /** The chance that the policy put this item first; only with `firstSlotPropensities`. */
  firstSlotPropensity?: number;
}

/** A list for one visitor. Plain data: it may be made by a server and handed to the page as JSON. */
export interface Slate {
  recommendationId: string;
  /** Send it back with the events that follow from this slate; "" of a fallback. */
  attributionToken: string;
  results: Result[];
  /** The items, first slot first. */
  itemIds: string[];
  offset: string;
  policy: string;
  degraded: string[];
  /** Why there are fewer results than asked for; "" when there are not. */
  shortfall: string;
  isFallback: boolean;
  propensitiesEstimated: boolean;
}
