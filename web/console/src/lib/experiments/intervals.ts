/** Estimates with their intervals: what is not known stays undefined. */

import type { Double, ExperimentLookJson, MetricFiguresJson } from "../../api/types";

/** An estimate; an absent end is "nothing is known on that side". */
export interface Estimate {
  value: number | undefined;
  low: number | undefined;
  high: number | undefined;
}

export function estimate(value?: Double, low?: Double, high?: Double): Estimate {
  return { value: known(value), low: known(low), high: known(high) };
}

/** The relative change against the control, with the interval that is valid at every look. */
export function relativeOf(figures: MetricFiguresJson): Estimate {
  return estimate(figures.relative, figures.relativeLow, figures.relativeHigh);
}

/** The difference to the control, with the interval that is valid at every look. */
export function differenceOf(figures: MetricFiguresJson | ExperimentLookJson): Estimate {
  return estimate(figures.difference, figures.low, figures.high);
}

/** Whether there is a figure to show: a value without an interval is none. */
export function isKnown({ value, low, high }: Estimate): boolean {
  return value !== undefined && (low !== undefined || high !== undefined);
}

/** "−1.0 % to +9.6 %". */
export function rangeText({ low, high }: Estimate, format: (value: number) => string): string {
  if (low === undefined && high === undefined) return "not known yet";
  if (low === undefined) return `at most ${format(high as number)}`;
  return high === undefined ? `at least ${format(low)}` : `${format(low)} to ${format(high)}`;
}

/** JSON has no NaN or infinity: the gateway writes them as text. */
function known(value: Double | undefined): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}
