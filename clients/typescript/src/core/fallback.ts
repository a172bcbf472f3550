import { HeadwaterError, isAway } from "./errors.js";
import { newId } from "./ids.js";
import type { Fallback, Question, Slate } from "./recommendations.js";

const PAGE_SIZE = 20; // the server's own default

/** Return the caller's own list if the error means that the server is unavailable; throw every other error. */
export function orFallback(thrown: unknown, question: Question & Fallback): Slate {
  if (!question.fallback || !(thrown instanceof HeadwaterError) || !isAway(thrown)) throw thrown;
  return fallbackSlate(question, question.fallback);
}

/** Return the caller's own items as a slate: each once, without the excluded ones. */
export function fallbackSlate(question: Question, itemIds: readonly string[]): Slate {
  const leftOut = new Set([...(question.excludeItemIds ?? []), ...(question.contextItemIds ?? [])]);
  const kept = [...new Set(itemIds)].filter((itemId) => !leftOut.has(itemId));
  const shown = kept.slice(0, question.pageSize || PAGE_SIZE);
  return {
    recommendationId: question.recommendationId || newId(),
    attributionToken: "",
    results: shown.map(result),
    itemIds: shown,
    offset: "",
    policy: "fallback",
    degraded: [],
    shortfall: "",
    isFallback: true,
    propensitiesEstimated: false,
  };
}

function result(itemId: string): Slate["results"][number] {
  return { itemId, score: 0, propensity: 1, sources: [], reasons: [], rules: [], contributions: [], explanation: "" };
}
