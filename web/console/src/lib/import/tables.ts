/** What can be imported here, and where it goes. */

import { type Collector, EventRows, itemOf, single, userOf } from "./messages";

export interface Table {
  name: string;
  /** Without these columns it is another file. */
  columns: readonly string[];
  path: string;
  field: "events" | "writes";
  scope: string;
  collector: () => Collector;
}

export const TABLES = {
  events: {
    name: "Events",
    columns: ["event_id", "event_type"],
    path: "/v1/feedback",
    field: "events",
    scope: "feedback",
    collector: () => new EventRows(),
  },
  items: {
    name: "Items",
    columns: ["item_id"],
    path: "/v1/items",
    field: "writes",
    scope: "catalog",
    collector: () => single(itemOf),
  },
  users: {
    name: "Users",
    columns: ["user_id"],
    path: "/v1/users",
    field: "writes",
    scope: "users",
    collector: () => single(userOf),
  },
} as const satisfies Record<string, Table>;

export type TableName = keyof typeof TABLES;
