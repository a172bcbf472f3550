import type { ItemList } from "../core/lists.js";
import type { ScoredItem } from "../gen/headwater/v1/recommendation_service_pb.js";

/** Read a list for no particular visitor. */
export function itemList(response: { results: ScoredItem[]; offset: string }): ItemList {
  return {
    results: response.results.map(({ itemId, score }) => ({ itemId, score })),
    itemIds: response.results.map(({ itemId }) => itemId),
    offset: response.offset,
  };
}
