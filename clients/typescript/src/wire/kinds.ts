import { refuseUnknown } from "./values.js";

/** What a field may hold. */
export type Kind = "text" | "number" | "whole" | "flag" | "texts" | "list" | "values" | "object" | "time" | "any";

/** The fields of something that a caller writes, with what each may hold. */
export type Kinds = Readonly<Record<string, Kind>>;

const CHECKS: Record<Kind, [expected: string, holds: (value: unknown) => boolean]> = {
  text: ["a text", isText],
  number: ["a number", (value) => typeof value === "number"],
  whole: ["a whole number below 2 ** 31", (value) => value === (Number(value) | 0)],
  flag: ["true or false", (value) => typeof value === "boolean"],
  texts: ["a list of texts", (value) => isList(value) && [...value].every(isText)],
  list: ["a list", isList],
  values: ["an object, such as { device: \"phone\" }", isPlain],
  object: ["an object", isPlain],
  any: ["anything", () => true],
  time: ["a Date, or milliseconds as from Date.now()", (value) => value instanceof Date || typeof value === "number"],
}; // biome-ignore format: a table

/**
 * Reject what is no object, unknown names, and values of a wrong type: JavaScript would read a text as a list of
 * letters, `null` as a time in 1970, and "false" as true. `null` counts as a field that is left out.
 */
export function checkFields(call: string, given: unknown, kinds: Kinds): void {
  if (!isPlain(given)) throw new TypeError(`${call} must be an object, not ${nameOf(given)}`);
  refuseUnknown(call, given, Object.keys(kinds));
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) checkValue(`${call}: ${name}`, value, kinds[name]!);
  }
}

/** Reject a value that is not of its kind. */
export function checkValue(place: string, value: unknown, kind: Kind): void {
  const [expected, holds] = CHECKS[kind];
  if (!holds(value)) throw new TypeError(`${place} must be ${expected}, not ${nameOf(value)}`);
}

/** Half of a character, such as "\ud800", would reach the server as another one: two ids could become one. */
function isText(value: unknown): boolean {
  return typeof value === "string" && !/[\ud800-\udfff]/u.test(value);
}

function isList(value: unknown): value is Iterable<unknown> {
  return Object(value) === value && Symbol.iterator in (value as object);
}

function isPlain(value: unknown): value is object {
  return typeof value === "object" && value !== null && !isList(value) && !(value instanceof Date);
}

/** Name a value by its type: its content may be a person's data. */
function nameOf(value: unknown): string {
  if (typeof value === "string") return isText(value) ? "a text" : "a text with half of a character";
  if (!isList(value)) return value === null ? "null" : `a value of the type ${typeof value}`;
  return `a list of ${[...new Set([...value].map((one) => typeof one))]}`;
}
