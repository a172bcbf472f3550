import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Choice, Event, EventItem, EventStatus, FeedbackAnswer } from "../core/events.js";
import * as pb from "../gen/headwater/v1/event_pb.js";
import { refuseUnknown, toTime, toValues } from "./values.js";

const NAMES = (
  "eventId eventType visitorId userId sessionId items value eventTime attributionToken placement position " +
  "context reward choice"
).split(" ");
const CHOICE_NAMES = (
  "propensity policyPropensity randomPropensity isBaseline baselinePropensity slot mode waitMs coversBoth " +
  "policyWeight randomWeight baselineWeight"
).split(" ");
const STATUSES: Record<pb.EventStatus, EventStatus> = {
  [pb.EventStatus.UNSPECIFIED]: "quarantined", // never sent
  [pb.EventStatus.CREATED]: "created",
  [pb.EventStatus.EXISTS]: "exists",
  [pb.EventStatus.CONFLICT]: "conflict",
  [pb.EventStatus.QUARANTINED]: "quarantined",
};

/** Build the message of an event. */
export function toEvent(event: Event): MessageInitShape<typeof pb.EventSchema> {
  refuseUnknown("an event", event, NAMES);
  return {
    eventId: event.eventId,
    eventType: event.eventType,
    visitorId: event.visitorId,
    userId: event.userId ?? "",
    sessionId: event.sessionId ?? "",
    items: (event.items ?? []).map(toItem),
    value: event.value,
    eventTime: toTime("eventTime", event.eventTime),
    attributionToken: event.attributionToken ?? "",
    placement: event.placement ?? "",
    position: event.position ?? 0,
    context: toValues(event.context),
    reward: event.reward,
    choice: event.choice && toChoice(event.choice),
  };
}

function toChoice(choice: Choice): MessageInitShape<typeof pb.ChoiceSchema> {
  refuseUnknown("a choice", choice, CHOICE_NAMES);
  const { waitMs = 0, ...plain } = choice;
  if (!Number.isSafeInteger(waitMs)) throw new TypeError("choice.waitMs must be a whole number of milliseconds");
  return { ...plain, waitMs: BigInt(waitMs) };
}

function toItem(item: string | EventItem): MessageInitShape<typeof pb.EventItemSchema> {
  if (typeof item === "string") return { itemId: item };
  const { itemId, quantity, price, currencyCode = "" } = item;
  return { itemId, quantity, price, currencyCode };
}

/** Read the results of the events. */
export function feedbackAnswer(response: { results: pb.EventResult[]; offset: string }): FeedbackAnswer {
  return {
    results: response.results.map(({ eventId, status, detail }) => ({ eventId, status: STATUSES[status], detail })),
    offset: response.offset,
  };
}
