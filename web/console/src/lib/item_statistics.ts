/** Items with their statistics by ID, for lists that contain only IDs. */

import type { Api } from "../api/client";
import type { ItemStatisticsJson, ListItemStatisticsResponseJson } from "../api/types";

const IDS_MAX = 100;

/** Items by ID. The key may be undefined as in the API's JSON, where every field is optional. */
export type ItemsById = ReadonlyMap<string | undefined, ItemStatisticsJson>;

export async function statisticsOf(
  api: Api,
  items: readonly { itemId?: string }[],
): Promise<ItemsById> {
  const wanted = [...new Set(items.map((one) => one.itemId ?? ""))].slice(0, IDS_MAX);
  if (wanted.length === 0) return new Map();
  const query = { itemIds: wanted, pageSize: IDS_MAX };
  const answer = await api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", query);
  return new Map((answer.items ?? []).map((one) => [one.itemId, one]));
}
