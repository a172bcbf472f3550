/** What is known of items by id: for lists that hold ids alone. */

import type { Api } from "../api/client";
import type { ItemStatisticsJson, ListItemStatisticsResponseJson } from "../api/types";

const IDS_MAX = 100;

/** Items of the API by their ids, which JSON holds without saying so. */
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
