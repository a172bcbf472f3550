import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Timestamp, timestampFromMs, timestampMs } from "@bufbuild/protobuf/wkt";
import type { Time, Values } from "../core/values.js";
import type { Value, ValueSchema } from "../gen/headwater/v1/value_pb.js";

/** Return the ids; reject a text, whose letters would become ids. */
export function toIds(name: string, ids: readonly string[] | undefined): string[] {
  if (typeof ids === "string") throw new TypeError(`${name} must be a list of ids, not a text`);
  return [...(ids ?? [])];
}

/** Return the map as messages. */
export function toValues(values: Values | undefined): Record<string, MessageInitShape<typeof ValueSchema>> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, toValue(name, value)]));
}

function toValue(name: string, value: string | number): MessageInitShape<typeof ValueSchema> {
  if (typeof value === "string") return { kind: { case: "text", value } };
  if (typeof value === "number") return { kind: { case: "number", value } };
  throw new TypeError(`${name} must be a text or a number`);
}

/** Return the map of messages as plain values. */
export function fromValues(values: Record<string, Value>): Record<string, string | number> {
  return Object.fromEntries(Object.entries(values).map(([name, { kind }]) => [name, kind.value ?? ""]));
}

/** Return the time as a message. */
export function toTime(name: string, time: Time | undefined): Timestamp | undefined {
  return time === undefined || time === null ? undefined : timestampFromMs(toMs(name, time));
}

/** Return the time in milliseconds; reject an invalid time. */
export function toMs(name: string, time: Time): number {
  const isTime = time instanceof Date || typeof time === "number";
  const ms = isTime ? Math.floor(Number(time)) : Number.NaN;
  if (Number.isNaN(new Date(ms).getTime()))
    throw new RangeError(`${name} must be a Date, or milliseconds as from Date.now()`);
  return ms;
}

/** Return the time as a date. */
export function fromTime(time: Timestamp | undefined): Date | undefined {
  return time && new Date(timestampMs(time));
}

/** Reject unknown names, such as `page_size` for `pageSize`: they would have no effect. */
export function refuseUnknown(call: string, given: object, known: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const camel = unknown.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  const hint = known.includes(camel) ? `: use ${camel}` : `: use one of ${known.join(", ")}`;
  throw new TypeError(`${call} has no field ${unknown}${hint}`);
}
