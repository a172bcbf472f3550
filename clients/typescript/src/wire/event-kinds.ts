import type { EventItem } from "../core/events.js";
import { checkFields, type Kinds } from "./kinds.js";

/** The fields of an event. */
export const EVENT_KINDS: Kinds = {
  eventId: "text", eventType: "text", visitorId: "text", userId: "text", sessionId: "text", items: "list",
  value: "number", reward: "number", eventTime: "time", attributionToken: "text", placement: "text", position: "whole",
  context: "values", choice: "object",
}; // biome-ignore format: a table
/** The fields of a choice. */
export const CHOICE_KINDS: Kinds = {
  propensity: "number", policyPropensity: "number", randomPropensity: "number", isBaseline: "flag",
  baselinePropensity: "number", slot: "text", mode: "text", waitMs: "number", coversBoth: "flag",
  policyWeight: "number", randomWeight: "number", baselineWeight: "number",
}; // biome-ignore format: a table
const ITEM: Kinds = { itemId: "text", quantity: "number", price: "number", currencyCode: "text" };

/** Return the item; reject one with a wrong field: without its id it could be no item, without its price no revenue. */
export function checkedItem(item: EventItem): EventItem {
  checkFields("an item of an event", item, ITEM);
  return item;
}
