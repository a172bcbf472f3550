/** What a typed text may mean: visitors and accounts by their ID, items by ID or title. */

import type { Api } from "../api/client";
import type { ListItemStatisticsResponseJson, ListVisitorsResponseJson, VisitorSummaryJson } from "../api/types";
import type { Suggestion } from "../ui/suggest";
import { href } from "./router";

const MOST = 8;

export async function suggestedVisitors(api: Api, query: string): Promise<Suggestion[]> {
  const { visitors } = await api.get<ListVisitorsResponseJson>("/v1/visitors", { query, pageSize: MOST });
  return (visitors ?? []).map((one) => ({ href: pageOf(one), text: nameOf(one), note: isAccount(one) ? "account" : "visitor" }));
}

export async function suggestedItems(api: Api, query: string): Promise<Suggestion[]> {
  const { items } = await api.get<ListItemStatisticsResponseJson>("/v1/items:statistics", { query, pageSize: MOST });
  return (items ?? []).map((one) => ({ href: href("catalogue", one.itemId), text: one.item?.title || (one.itemId ?? ""), note: one.itemId ?? "" }));
}

export const isAccount = (one: VisitorSummaryJson): boolean => !one.visitorId;

export const nameOf = (one: VisitorSummaryJson): string => one.visitorId || (one.userId ?? "");

export const pageOf = (one: VisitorSummaryJson): string => href("visitor", nameOf(one), isAccount(one) ? { kind: "user" } : {});
