import type { Event, EventItem } from "../core/events.js";
import type { Time, Values } from "../core/values.js";
import { checkedItem, EVENT_KINDS } from "../wire/event-kinds.js";
import { checkFields } from "../wire/kinds.js";
import { toMs, toValues } from "../wire/values.js";

/** An event as protobuf JSON: stored in the queue and sent to the gateway, the same in every try. */
export interface WireEvent {
  readonly eventId: string;
  readonly eventType: string;
  readonly visitorId: string;
  readonly eventTime: string;
  readonly [field: string]: unknown;
}

const { choice: _, eventType: __, visitorId: ___, ...DETAILS } = EVENT_KINDS;

/** Reject unknown details, and values of a wrong type. */
export function checkDetails(details: object): void {
  checkFields("track", details, { items: "list", slate: "object", ...DETAILS });
}

/** Build the JSON of an event. Without a time it gets `now`, so that an event in the queue keeps its time. */
export function wireEvent(event: Event, now: Time): WireEvent {
  return dropEmpty({
    eventId: event.eventId,
    eventType: event.eventType,
    visitorId: event.visitorId,
    userId: event.userId,
    sessionId: event.sessionId,
    items: (event.items ?? []).map(wireItem),
    value: number(event.value),
    reward: number(event.reward),
    eventTime: new Date(toMs("eventTime", event.eventTime ?? now)).toISOString(),
    attributionToken: event.attributionToken,
    placement: event.placement,
    position: event.position,
    context: event.context && values(event.context),
  }) as WireEvent;
}

function wireItem(item: string | EventItem): object {
  if (typeof item === "string") return { itemId: item };
  const { itemId, quantity, price, currencyCode } = checkedItem(item);
  return dropEmpty({ itemId, quantity: number(quantity), price: number(price), currencyCode });
}

function values(context: Values): object {
  toValues(context); // throws for what is neither text nor number
  const wire = (value: string | number): object =>
    typeof value === "number" ? { number: number(value) } : { text: value };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, wire(value)]));
}

/** JSON has no NaN. As text the server receives it, and can report the invalid field. */
function number(value: number | undefined): number | string | undefined {
  return value === undefined || value === null || Number.isFinite(value) ? value : String(value);
}

function dropEmpty(fields: Record<string, unknown>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );
}
