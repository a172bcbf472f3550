import type { MessageInitShape } from "@bufbuild/protobuf";
import { newId } from "../core/ids.js";
import type { ActRate, Diversity, Objective, Question, Result, Slate } from "../core/recommendations.js";
import type { ActRate as ActRateMessage } from "../gen/headwater/v1/act_rate_pb.js";
import * as pb from "../gen/headwater/v1/recommendation_service_pb.js";
import { arm } from "./arms.js";
import { checkFields, checkValue, type Kinds } from "./kinds.js";
import { toIds, toValues } from "./values.js";

const DIVERSITY = {
  none: pb.Diversity.NONE,
  low: pb.Diversity.LOW,
  medium: pb.Diversity.MEDIUM,
  high: pb.Diversity.HIGH,
  auto: pb.Diversity.AUTO,
};
const NAMES_OF_LEVELS = new Map(Object.entries(DIVERSITY).map(([name, level]) => [level, name as Diversity]));
const OBJECTIVE = {
  acts: pb.Objective.ACTS,
  purchases: pb.Objective.PURCHASES,
  revenue: pb.Objective.REVENUE,
};
const KINDS: Kinds = {
  candidateItemIds: "texts", excludeItemIds: "texts", contextItemIds: "texts", excludeAttributionTokens: "texts",
  userId: "text", sessionId: "text", placement: "text", pageSize: "whole", filter: "text", context: "values",
  recommendationId: "text", minOffset: "text", explore: "flag", diversity: "text", explain: "flag", objective: "text",
  firstSlotPropensities: "flag", fallback: "texts", timeoutMs: "number", signal: "object",
}; // biome-ignore format: a table

/** Return the question with an id, set before the first try: a retry then gets the same slate. */
export function named<Asked extends Question>(question: Asked): Asked & { recommendationId: string } {
  checkFields("recommend", question, KINDS);
  return { ...question, recommendationId: question.recommendationId || newId() };
}

/** Build the request. */
export function recommendRequest(
  visitorId: string,
  question: Question,
): MessageInitShape<typeof pb.RecommendRequestSchema> {
  if (visitorId !== undefined && visitorId !== null) checkValue("visitorId", visitorId, "text");
  return {
    visitorId,
    userId: question.userId ?? "",
    sessionId: question.sessionId ?? "",
    placement: question.placement ?? "",
    pageSize: question.pageSize ?? 0,
    candidateItemIds: toIds("candidateItemIds", question.candidateItemIds),
    excludeItemIds: toIds("excludeItemIds", question.excludeItemIds),
    contextItemIds: toIds("contextItemIds", question.contextItemIds),
    excludeAttributionTokens: toIds("excludeAttributionTokens", question.excludeAttributionTokens),
    filter: question.filter ?? "",
    context: toValues(question.context),
    recommendationId: question.recommendationId ?? "",
    minOffset: question.minOffset ?? "",
    exploration: question.explore === false ? pb.Exploration.OFF : pb.Exploration.UNSPECIFIED,
    diversity: diversity(question.diversity),
    objective: objective(question.objective),
    explain: question.explain ?? false,
    firstSlotPropensities: question.firstSlotPropensities ?? false,
  };
}

/** Return the level as a number. */
export function diversity(level: Question["diversity"]): pb.Diversity {
  const found = level === undefined || level === null ? pb.Diversity.UNSPECIFIED : DIVERSITY[level];
  if (found === undefined)
    throw new TypeError(`diversity: "${level}" is not one of ${Object.keys(DIVERSITY).join(", ")}`);
  return found;
}

/** Return the name of a level; undefined for one that a newer server sends. */
export function diversityName(level: pb.Diversity): Diversity | undefined {
  return NAMES_OF_LEVELS.get(level);
}

function objective(name: Question["objective"]): pb.Objective {
  const found = name === undefined || name === null ? pb.Objective.UNSPECIFIED : OBJECTIVE[name];
  if (found === undefined)
    throw new TypeError(`objective: "${name}" is not one of ${Object.keys(OBJECTIVE).join(", ")}`);
  return found;
}

function objectiveName(value: pb.Objective): Objective | undefined {
  return (Object.keys(OBJECTIVE) as Objective[]).find((name) => OBJECTIVE[name] === value);
}

/** Read the slate. */
export function slate(response: pb.RecommendResponse): Slate {
  const { recommendationId, attributionToken, offset, policy, degraded, shortfall, propensitiesEstimated } = response;
  return {
    recommendationId,
    attributionToken,
    results: response.results.map(result),
    itemIds: response.results.map(({ itemId }) => itemId),
    offset,
    policy,
    degraded,
    shortfall,
    isFallback: false,
    propensitiesEstimated,
    arms: response.arms.map(arm),
    objective: objectiveName(response.objective),
    objectiveNote: response.objectiveNote,
  };
}

function result(message: pb.Result): Result {
  const { $typeName: _, $unknown: __, contributions, actRate: rate, ...plain } = message;
  return {
    ...plain,
    ...(rate && { actRate: actRate(rate) }),
    contributions: contributions.map(({ feature, contribution }) => ({ feature, contribution })),
  };
}

function actRate({ $typeName: _, $unknown: __, ...plain }: ActRateMessage): ActRate {
  return plain;
}
