/** What is known of items by id: for lists that hold ids alone. */

import type { Api } from "../api/client";
import type { ItemStatistics, ListItemStatisticsResponse } from "../api/types";

const IDS_MAX = 100;

export async function statisticsOf(
  api: Api,
  itemIds: readonly string[],
): Promise<Map<string, ItemStatistics>> {
  const wanted = [...new Set(itemIds)].slice(0, IDS_MAX);
  if (wanted.length === 0) return new Map();
  const query = { itemIds: wanted, pageSize: IDS_MAX };
  const answer = await api.get<ListItemStatisticsResponse>("/v1/items:statistics", query);
  return new Map((answer.items ?? []).map((one) => [one.itemId, one]));
}
