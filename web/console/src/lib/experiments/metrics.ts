/** The metrics of experiments in plain words, and their values as text. */

import type { Double } from "../../api/types";
import { decimal, percent } from "../format";

interface MetricWords {
  name: string;
  /** One line for somebody who sees the metric for the first time. */
  meaning: string;
}

const METRICS: Record<string, MetricWords> = {
  act_rate: { name: "Visitors who act", meaning: "share of visitors with at least one act of positive reward, such as a click or a purchase" },
  acts: { name: "Acts per visitor", meaning: "clicks, purchases and other acts of positive reward" },
  reward: { name: "Reward per visitor", meaning: "sum of the rewards of all acts, as the setting rewards values them" },
  purchases: { name: "Purchases per visitor", meaning: "number of purchases" },
  revenue: { name: "Revenue per visitor", meaning: "price times quantity of all purchases" },
};

export function metricName(metric = ""): string {
  return METRICS[metric]?.name ?? metric;
}

export function metricMeaning(metric = ""): string {
  return METRICS[metric]?.meaning ?? "";
}

/** A value of the metric, such as a mean over visitors. */
export function amount(metric: string, value: Double | undefined, currency = ""): string {
  if (metric === "act_rate") return percent(value, 2);
  if (metric === "revenue") return `${decimal(value, 2)} ${currency}`.trim();
  return decimal(value, 3);
}

/** A difference of two values, with its sign. */
export function amountChange(metric: string, value: number, currency = ""): string {
  const sign = signOf(value);
  if (metric === "act_rate") return `${sign}${decimal(100 * Math.abs(value), 2)} points`;
  return `${sign}${amount(metric, Math.abs(value), currency)}`;
}

/** The same for an axis, whose unit stands elsewhere. */
export function axisChange(metric: string, value: number): string {
  const shown = Math.abs(metric === "act_rate" ? 100 * value : value);
  return `${signOf(value)}${shown.toLocaleString("en-US", { maximumSignificantDigits: 3 })}`;
}

/** The unit of `amountChange`, for the note of a chart. */
export function changeUnit(metric: string, currency = ""): string {
  if (metric === "act_rate") return "in percentage points";
  return metric === "revenue" && currency ? `in ${currency} per visitor` : "per visitor";
}

/** A relative change, such as +4.2 %. */
export function relativeChange(value: number): string {
  const shown = Math.abs(value);
  return `${signOf(value)}${percent(shown, shown < 0.1 ? 1 : 0)}`;
}

function signOf(value: number): string {
  return value > 0 ? "+" : value < 0 ? "−" : "±";
}
