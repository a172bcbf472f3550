/** Questions about what came of lists: periods, groups, and rows as a file. */

import type { Api } from "../api/client";
import type { GetPerformanceResponseJson, PerformanceFiguresJson, PerformanceRateJson, PerformanceRevenueJson, PerformanceRowJson } from "../api/types";
import { double, int } from "./format";

export const DAY_MS = 86_400_000;
/** Numbers of days up to the present one, and the week that is over. */
export const PERIODS = ["week", "7", "28", "90", "365"] as const;
export type Period = (typeof PERIODS)[number];
export const GROUPS = ["placement", "policy", "item"] as const;
export type Group = (typeof GROUPS)[number];

export type Query = Record<string, string | number | readonly string[] | undefined>;

/** When the shop's days begin, and the number of its present one, counted from 1970. */
export interface ShopDays {
  offsetMs: number;
  today: number;
}

/** Asks which days are the shop's latest, and says a period by them. */
export async function daysAsked(api: Api, period: Period): Promise<Query> {
  return periodQuery(period, shopDays(await api.get<GetPerformanceResponseJson>("/v1/performance")));
}

/** The days that an answer about the latest ones names. */
export function shopDays(latest: GetPerformanceResponseJson): ShopDays {
  const offsetMs = offsetOf(latest);
  return { offsetMs, today: Math.round((Date.parse(latest.endTime ?? "") + offsetMs) / DAY_MS) - 1 };
}

export function offsetOf(found: GetPerformanceResponseJson): number {
  return Math.round(double(found.dayOffsetHours) * 3_600_000);
}

/** The days of a period, and as many before them. */
export function periodQuery(period: Period, { offsetMs, today }: ShopDays): Query {
  const days = daysOf(period);
  const sunday = today - ((((today - 3) % 7) + 7) % 7 || 7); // 1970-01-04, day 3, was a Sunday
  const end = (period === "week" ? sunday : today) + 1;
  const begin = (day: number) => new Date(day * DAY_MS - offsetMs).toISOString();
  return {
    startTime: begin(end - days),
    endTime: begin(end),
    compareStartTime: begin(end - 2 * days),
    compareEndTime: begin(end - days),
  };
}

export function daysOf(period: Period): number {
  return period === "week" ? 7 : Number(period);
}

/** The shop's day that begins then. */
export function dayOf(begin: string | undefined, offsetMs: number): string {
  return begin ? new Date(Date.parse(begin) + offsetMs).toISOString().slice(0, 10) : "";
}

/** The first and the last day of a period. */
export function daysText(of: { startTime?: string; endTime?: string }, offsetMs: number): string {
  const last = new Date(Date.parse(of.endTime ?? "") - DAY_MS).toISOString();
  return `${dayOf(of.startTime, offsetMs)} to ${dayOf(last, offsetMs)}`;
}

export function nameOf(row: PerformanceRowJson, group: Group): string {
  if (group === "placement") return row.placement || "(no placement)";
  if (group === "policy") return row.policy || "(no policy)";
  return row.itemId || "(other items)";
}

const ends = (name: string) => [name, `${name}_low`, `${name}_high`];
/** Those of `headwater report --csv`, in its order: service/headwater_server/cli/reporting/files.py. */
const COLUMNS = [
  "day", "placement", "policy", "item_id", "lists", "impressions", "clicks", "orders", "visitors", "buyers", "units",
  "currency_code", "revenue", "revenue_micros", ...["click_through", "conversion", "revenue_per_visitor"].flatMap(ends),
];

/** All rows as CSV, one line for each currency, as `headwater report --csv` writes them. */
export function csvOf(rows: readonly PerformanceRowJson[], offsetMs: number): string {
  const lines = rows.flatMap((row) => {
    const figures = row.figures ?? {};
    const shared = [dayOf(row.day, offsetMs), row.placement ?? "", row.policy ?? "", row.itemId ?? "", ...counts(figures)];
    const rates = [...rateCells(figures.clickThrough), ...rateCells(figures.conversion)];
    const revenue = figures.revenue?.length ? figures.revenue : [undefined];
    return revenue.map((one) => [...shared, ...money(one), ...rates, ...rateCells(one?.perVisitor)]);
  });
  return [COLUMNS, ...lines].map((cells) => cells.map(cell).join(",")).join("\n");
}

function counts(one: PerformanceFiguresJson): (string | number)[] {
  const known = [one.lists, one.impressions, one.clicks, one.orders].map(int);
  return [...known, one.visitors ?? "", one.buyers ?? "", double(one.units)];
}

function money(one: PerformanceRevenueJson | undefined): (string | number)[] {
  return one ? [one.currencyCode ?? "", double(one.amount), one.amountMicros ?? "0"] : ["", "", ""];
}

/** An infinite end is an empty cell: nothing is known. */
function rateCells(one: PerformanceRateJson | undefined): (string | number)[] {
  const end = (value: PerformanceRateJson["low"]) => (typeof value === "string" ? "" : double(value));
  return one ? [double(one.value), end(one.low), end(one.high)] : ["", "", ""];
}

/** A spreadsheet takes a text that begins like a formula for one: a quote before it prevents that. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
