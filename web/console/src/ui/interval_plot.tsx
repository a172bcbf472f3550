/** An interval as a bar around 0: decoration beside its text. */

import type { Estimate } from "../lib/experiments/intervals";

interface IntervalPlotProps {
  estimate: Estimate;
  /** The value at the ends of the track; all plots of a table have the same. */
  span: number;
  /** Whether less is better. */
  less?: boolean;
  /** A line that should not be crossed, such as a guard rail. */
  limit?: number | undefined;
}

export function IntervalPlot({ estimate, span, less = false, limit }: IntervalPlotProps) {
  const { value, low = -Infinity, high = Infinity } = estimate;
  const at = (x: number) => `${50 + 50 * Math.max(-1, Math.min(1, x / span))}%`;
  const better = less ? high < 0 : low > 0;
  const worse = less ? low > 0 : high < 0;
  const width = `calc(${at(high)} - ${at(low)})`;
  return (
    <span class={`interval ${better ? "better" : worse ? "worse" : ""}`} aria-hidden="true">
      {value !== undefined && <i style={{ left: at(low), width }} />}
      {value !== undefined && <u style={{ left: at(value) }} />}
      {limit !== undefined && <s style={{ left: at(limit) }} />}
    </span>
  );
}

/** The span of some plots: the widest end of their intervals, at most `most`. */
export function spanOf(estimates: readonly Estimate[], most = 1): number {
  const ends = estimates.flatMap(({ value, low, high }) => [value, low, high]).filter((end) => end !== undefined);
  return Math.min(most, Math.max(1e-9, ...ends.map(Math.abs)) * 1.08);
}
