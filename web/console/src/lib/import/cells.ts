/** Cells as the API's values; a cell that cannot be one raises BadCell. */

import type { ValueJson } from "../../gen/headwater/v1/value_pb";

/** Its message has no value in it: a value may be a person's data. */
export class BadCell extends Error {}

type Cells = Record<string, unknown>;

export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === "";
}

export function text(cells: Cells, name: string): string | undefined {
  const value = cells[name];
  if (isEmpty(value)) return undefined;
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new BadCell(`${name} is no text`);
}

export function required(cells: Cells, name: string): string {
  const value = text(cells, name);
  if (value === undefined) throw new BadCell(`${name} is missing`);
  return value;
}

export function number(cells: Cells, name: string): number | undefined {
  const value = cells[name];
  if (isEmpty(value)) return undefined;
  const found = typeof value === "string" && value.trim() ? Number(value) : value;
  if (typeof found === "number" && Number.isFinite(found)) return found;
  throw new BadCell(`${name} is no number`);
}

const YEAR_1990_S = 631_152_000;

/** Seconds since 1970, or a time with its zone (ISO 8601). */
export function time(cells: Cells, name: string): string | undefined {
  const value = cells[name];
  if (isEmpty(value)) return undefined;
  const isIso = typeof value === "string" && /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/.test(value);
  const ms = isIso ? Date.parse(value) : 1000 * Number(value);
  if (!Number.isFinite(ms)) throw new BadCell(`${name} is neither seconds since 1970 nor a time with its zone`);
  if (ms < 1000 * YEAR_1990_S) throw new BadCell(`${name} is before 1990`);
  if (ms > Date.now()) throw new BadCell(`${name} is in the future`);
  return new Date(Math.round(ms)).toISOString();
}

/** Like `time`, of a time that may lie ahead. */
export function date(cells: Cells, name: string): string | undefined {
  const value = number(cells, name);
  if (value === undefined) return undefined;
  const found = new Date(Math.round(1000 * value));
  if (Number.isNaN(found.getTime())) throw new BadCell(`${name} is no time`);
  return found.toISOString();
}

export function yesNo(cells: Cells, name: string): boolean | undefined {
  const value = cells[name];
  if (isEmpty(value)) return undefined;
  if (value === true || value === "true") return true;
  if (value === false || value === "false") return false;
  throw new BadCell(`${name} is neither true nor false`);
}

export function texts(cells: Cells, name: string): string[] {
  const value = cells[name];
  if (isEmpty(value)) return [];
  const found: unknown[] = Array.isArray(value) ? value : String(value).split("|");
  if (!found.every((one) => typeof one === "string")) throw new BadCell(`${name} is no list of texts`);
  return found;
}

/** An object, or in CSV a JSON object, whose values are texts and numbers. */
export function values(cells: Cells, name: string): Record<string, ValueJson> {
  const value = cells[name];
  if (isEmpty(value)) return {};
  const found = typeof value === "string" ? parsed(value) : value;
  if (typeof found !== "object" || found === null || Array.isArray(found)) throw new BadCell(`${name} is no JSON object`);
  return Object.fromEntries(Object.entries(found).map(([key, one]) => [key, valueOf(one, name)]));
}

export function valueOf(value: unknown, name: string): ValueJson {
  if (typeof value === "string") return { text: value };
  if (typeof value === "number" && Number.isFinite(value)) return { number: value };
  throw new BadCell(`${name} has a value that is neither text nor number`);
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
