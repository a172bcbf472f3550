import type { ArmAssignment } from "./arms.js";
import type { Values } from "./values.js";

/** How varied a list is, from "none" to "high"; "auto": as varied as the items that the visitor viewed last. */
export type Diversity = "none" | "low" | "medium" | "high" | "auto";

/** What a list maximises: acts, purchases, or the revenue to expect. */
export type Objective = "acts" | "purchases" | "revenue";

/** A request; its limits and defaults are in RecommendRequest, protos/headwater/v1/recommendation_service.proto. */
export interface Question {
  /** The account, once it is known. A page's key must not set it. */
  userId?: string;
  sessionId?: string;
  /** The place of the list on the site, such as "home". */
  placement?: string;
  /** The maximum number of results; default: 20, at most 100. */
  pageSize?: number;
  /** Rank only these items, as far as the rules allow. */
  candidateItemIds?: readonly string[];
  excludeItemIds?: readonly string[];
  /** The items of the product page or basket beside the list. */
  contextItemIds?: readonly string[];
  /** Such as `categories: ANY("shoes") AND price < 100`. */
  filter?: string;
  context?: Values;
  /** The id of this recommendation; it seeds exploration. Default: a new UUID, the same in every retry. */
  recommendationId?: string;
  /** Answer only from a state that is at least this new: the `offset` of an answer to feedback. */
  minOffset?: string;
  /** `false`: the best list, without exploration. */
  explore?: boolean;
  diversity?: Diversity;
  /** What the list maximises; default: as the server's settings say. */
  objective?: Objective;
  /** The tokens of lists already on the same page: their items are excluded. */
  excludeAttributionTokens?: readonly string[];
  /** Include explanations in each result. */
  explain?: boolean;
  /** Include `firstSlotPropensity` in each result. */
  firstSlotPropensities?: boolean;
}

/** The deadline of a call with all its retries, and a signal that cancels it. */
export interface CallOptions {
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** The list for times when the server does not answer. */
export interface Fallback {
  /** Your own list of item ids; an answer with them has `isFallback` and no token. */
  fallback?: readonly string[];
}

/** What one family of features adds to a score. */
export interface FeatureContribution {
  feature: string;
  contribution: number;
}

/**
 * How often an item is acted on where it is seen: the expected share of seen slots, and the ends of its 90 % interval.
 * `seen` and `acts` count slots; older ones weigh less. See ActRate in protos/headwater/v1/act_rate.proto.
 */
export interface ActRate {
  placement: string;
  mean: number;
  low: number;
  high: number;
  /** The chance that no other item seen there has a higher rate; absent in an explained result. */
  probabilityBest?: number;
  seen: number;
  acts: number;
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
  /** How often it is acted on at this placement; absent where it was not seen enough. */
  actRate?: ActRate;
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
  /** The arms of experiments that the list was chosen by. Absent: an older server, or a fallback. */
  arms?: ArmAssignment[];
  /** What the list was ranked by, if another objective than acts was asked for. */
  objective?: Objective;
  /** What is to be said of it, such as that too few purchases are known; "" for nothing. */
  objectiveNote?: string;
}
