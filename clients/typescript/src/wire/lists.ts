import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ItemList, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
import type * as pb from "../gen/headwater/v1/recommendation_service_pb.js";
import { checkFields, type Kinds } from "./kinds.js";

const SHARED: Kinds = { pageSize: "whole", filter: "text", minOffset: "text", timeoutMs: "number", signal: "object" };
const SIMILAR: Kinds = { itemIds: "texts", includeVariants: "flag", ...SHARED };
const TRENDING: Kinds = { category: "text", window: "text", ...SHARED };

/** Build the request. */
export function similarRequest(question: SimilarQuestion): MessageInitShape<typeof pb.ListSimilarItemsRequestSchema> {
  checkFields("similar", question, SIMILAR);
  const { itemIds, includeVariants } = question;
  return { ...shared(question), itemIds: [...(itemIds ?? [])], includeVariants: includeVariants ?? false };
}

/** Build the request. */
export function trendingRequest(
  question: TrendingQuestion,
): MessageInitShape<typeof pb.ListTrendingItemsRequestSchema> {
  checkFields("trending", question, TRENDING);
  return { ...shared(question), category: question.category ?? "", window: question.window ?? "" };
}

function shared({ pageSize, filter, minOffset }: TrendingQuestion | SimilarQuestion) {
  return { pageSize: pageSize ?? 0, filter: filter ?? "", minOffset: minOffset ?? "" };
}

/** Read a list for no particular visitor. */
export function itemList(response: { results: pb.ScoredItem[]; offset: string }): ItemList {
  return {
    results: response.results.map(({ itemId, score }) => ({ itemId, score })),
    itemIds: response.results.map(({ itemId }) => itemId),
    offset: response.offset,
  };
}
