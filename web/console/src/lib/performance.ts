/** Questions about what came of lists: periods, groups, and rows as a file. */

import type { PerformanceFiguresJson, PerformanceRateJson, PerformanceRowJson } from "../api/types";
import { double, int } from "./format";

export const DAY_MS = 86_400_000;
/** Numbers of days up to the present one, and the week that is over. */
export const PERIODS = ["week", "7", "28", "90", "365"] as const;
export type Period = (typeof PERIODS)[number];
export const GROUPS = ["placement", "policy", "item"] as const;
export type Group = (typeof GROUPS)[number];

export type Query = Record<string, string | number | readonly string[] | undefined>;

/** The days of a period, and as many before them. */
export function periodQuery(period: Period, now: number): Query {
  const days = daysOf(period);
  const today = Math.floor(now / DAY_MS);
  const sunday = today - ((((today - 3) % 7) + 7) % 7 || 7); // 1970-01-04, day 3, was a Sunday
  const noon = (period === "week" ? sunday : today) * DAY_MS + DAY_MS / 2;
  const at = (back: number) => new Date(noon - back * DAY_MS).toISOString();
  const moment = (back: number) => new Date(noon - back * DAY_MS + 1000).toISOString();
  return {
    startTime: at(days - 1),
    endTime: moment(0),
    compareStartTime: at(2 * days - 1),
    compareEndTime: moment(days),
  };
}

export function daysOf(period: Period): number {
  return period === "week" ? 7 : Number(period);
}

/** The day that begins then, wherever the shop's midnight is. */
export function dayOf(begin: string | undefined): string {
  return begin ? new Date(Date.parse(begin) + DAY_MS / 2).toISOString().slice(0, 10) : "";
}

export function nameOf(row: PerformanceRowJson, group: Group): string {
  if (group === "placement") return row.placement || "(no placement)";
  if (group === "policy") return row.policy || "(no policy)";
  return row.itemId || "(other items)";
}

const RATES = ["click_through", "conversion"] as const;
const COLUMNS = [
  "day", "placement", "policy", "item_id", "lists", "impressions", "clicks", "orders", "units", "visitors", "buyers",
  ...RATES.flatMap((name) => [name, `${name}_low`, `${name}_high`]),
  "currency_code", "revenue", "revenue_micros",
];

/** All rows as CSV, one line for each currency, as `headwater report --csv` writes them. */
export function csvOf(rows: readonly PerformanceRowJson[]): string {
  const lines = rows.flatMap((row) => {
    const figures = row.figures ?? {};
    const shared = [dayOf(row.day), row.placement ?? "", row.policy ?? "", row.itemId ?? "", ...counts(figures)];
    const rates = [...rateCells(figures.clickThrough), ...rateCells(figures.conversion)];
    const revenue = figures.revenue?.length ? figures.revenue : [undefined];
    return revenue.map((one) => [
      ...shared, ...rates, one?.currencyCode ?? "", one ? double(one.amount) : "", one ? (one.amountMicros ?? "0") : "",
    ]);
  });
  return [COLUMNS, ...lines].map((cells) => cells.map(cell).join(",")).join("\n");
}

function counts(one: PerformanceFiguresJson): (string | number)[] {
  const known = [one.lists, one.impressions, one.clicks, one.orders].map(int);
  return [...known, double(one.units), one.visitors ?? "", one.buyers ?? ""];
}

function rateCells(one: PerformanceRateJson | undefined): (string | number)[] {
  return one ? [double(one.value), double(one.low), double(one.high)] : ["", "", ""];
}

/** A spreadsheet takes a text that begins like a formula for one: a quote before it prevents that. */
function cell(value: string | number): string {
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\n\r]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
