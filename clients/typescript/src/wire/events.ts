import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Choice, Event, EventItem, EventStatus, FeedbackAnswer } from "../core/events.js";
import * as pb from "../gen/headwater/v1/event_pb.js";
import { CHOICE_KINDS, checkedItem, EVENT_KINDS } from "./event-kinds.js";
import { checkFields } from "./kinds.js";
import { toTime, toValues } from "./values.js";

const STATUSES: Record<pb.EventStatus, EventStatus> = {
  [pb.EventStatus.UNSPECIFIED]: "quarantined", // never sent
  [pb.EventStatus.CREATED]: "created",
  [pb.EventStatus.EXISTS]: "exists",
  [pb.EventStatus.CONFLICT]: "conflict",
  [pb.EventStatus.QUARANTINED]: "quarantined",
};

/** Build the message of an event. */
export function toEvent(event: Event): MessageInitShape<typeof pb.EventSchema> {
  checkFields("an event", event, EVENT_KINDS);
  return {
    eventId: event.eventId,
    eventType: event.eventType,
    visitorId: event.visitorId,
    userId: event.userId ?? "",
    sessionId: event.sessionId ?? "",
    items: [...(event.items ?? [])].map(toItem),
    value: event.value ?? undefined,
    eventTime: toTime("eventTime", event.eventTime),
    attributionToken: event.attributionToken ?? "",
    placement: event.placement ?? "",
    position: event.position ?? 0,
    context: toValues(event.context),
    reward: event.reward ?? undefined,
    choice: event.choice ? toChoice(event.choice) : undefined,
  };
}

function toChoice(choice: Choice): MessageInitShape<typeof pb.ChoiceSchema> {
  checkFields("a choice", choice, CHOICE_KINDS);
  const { waitMs = 0, ...plain } = choice;
  if (!Number.isSafeInteger(waitMs)) throw new TypeError("choice.waitMs must be a whole number of milliseconds");
  return { ...plain, waitMs: BigInt(waitMs) };
}

function toItem(item: string | EventItem): MessageInitShape<typeof pb.EventItemSchema> {
  if (typeof item === "string") return { itemId: item };
  const { itemId, quantity, price, currencyCode } = checkedItem(item);
  return { itemId, quantity: quantity ?? undefined, price: price ?? undefined, currencyCode: currencyCode ?? "" };
}

/** Build the messages of events. */
export function toEvents(events: readonly Event[]): MessageInitShape<typeof pb.EventSchema>[] {
  if (!Array.isArray(events)) throw new TypeError("events must be a list of events: write [event] for one");
  return events.map(toEvent);
}

/** Read the results of the events. */
export function feedbackAnswer(response: { results: pb.EventResult[]; offset: string }): FeedbackAnswer {
  return {
    results: response.results.map(({ eventId, status, detail }) => ({ eventId, status: STATUSES[status], detail })),
    offset: response.offset,
  };
}
